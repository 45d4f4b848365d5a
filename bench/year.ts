import type { TimePolicy } from '../domain/time/policy.ts';
import { actionsOf, type HistoryEvent } from './actions.ts';

/** What a registration does once, from one park to the next, as it was recorded. */
export interface Episode {
  readonly events: readonly HistoryEvent[];
  /** Events of the longest run that it ended or was in. */
  readonly longestRun: number;
  readonly auditRows: number;
}

export const episodeNames = ['onboarding', 'rotation', 'proof', 'discovery'] as const;
export type EpisodeName = (typeof episodeNames)[number];
export type Life = Readonly<Record<EpisodeName, Episode>>;

/** How often each happens in a year. */
export type Schedule = Readonly<Record<EpisodeName, number>>;

/** Of one registration. */
export interface YearCost {
  readonly actions: number;
  readonly events: number;
  readonly auditRows: number;
  readonly longestRun: number;
}

const day = 86_400_000;
const year = 365 * day;
/** Share of the lifetime after which a rotation is due, and the mean of its jitter (DESIGN section 6). */
const dueShare = 2 / 3;
const meanJitter = 0.05;

export interface Assumptions {
  /** Milliseconds that a secret lives. */
  readonly lifetime: number;
  /** Proofs and readings of documents that change nothing are made by the watch, outside the entities. */
  readonly watched: boolean;
  /** Times a year that a verdict, and that a document of the server, changes and wakes the entity. */
  readonly changes: number;
}

/** What a policy asks of one registration in a year. */
export function scheduleOf(policy: TimePolicy, { lifetime, watched, changes }: Assumptions): Schedule {
  const rotation = year / (lifetime * (dueShare - meanJitter));
  // A rotation proves, and starts the interval anew.
  const proof = watched ? changes : Math.max(0, year / policy.proofInterval - rotation - 1);
  const discovery = watched ? changes : Math.max(0, year / policy.discoveryInterval - 1);
  return { onboarding: 1, rotation, proof, discovery };
}

/** A simulated year, from one recorded life. */
export function yearOf(life: Life, schedule: Schedule): YearCost {
  const sum = (of: (episode: Episode) => number) =>
    episodeNames.reduce((total, name) => total + schedule[name] * of(life[name]), 0);
  return {
    actions: sum(({ events }) => actionsOf(events)),
    events: sum(({ events }) => events.length),
    auditRows: sum(({ auditRows }) => auditRows),
    longestRun: Math.max(...episodeNames.map((name) => life[name].longestRun)),
  };
}
