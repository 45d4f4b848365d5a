import { nextProof, nextReading } from '../domain/credential/proofSchedule.ts';
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

/** Of one registration, in its entity. */
export interface YearCost {
  readonly actions: number;
  readonly events: number;
  readonly auditRows: number;
  readonly longestRun: number;
}

const year = 365 * 86_400_000;
/** Share of the lifetime after which a rotation is due, and the mean of its jitter (DESIGN section 6). */
const dueShare = 2 / 3;
const meanJitter = 0.05;

export interface Assumptions {
  /** Milliseconds that a secret lives. */
  readonly lifetime: number;
  /** Times a year that a verdict, and that a document of the server, changes and wakes the entity. */
  readonly changes: number;
}

/** Milliseconds from a secret to the next. */
const rotatedAfter = (lifetime: number) => lifetime * (dueShare - meanJitter);

/** What one registration does in a year; what changes nothing is seen by the watch, outside the entities. */
export function scheduleOf({ lifetime, changes }: Assumptions, shares: boolean): Schedule {
  const rotations = year / rotatedAfter(lifetime);
  // The holder rotates; each sharer proves what came of it.
  const own = shares ? { rotation: 0, proof: changes + rotations } : { rotation: rotations, proof: changes };
  return { onboarding: 1, discovery: changes, ...own };
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

/** Looks of the watch at one registration in a year in which everything is well. */
export function looksOf(
  policy: Pick<TimePolicy, 'proofInterval' | 'discoveryInterval'>,
  registrationId: string,
  { lifetime, changes }: Assumptions,
  shared: boolean,
): { readonly proofs: number; readonly readings: number } {
  let proofs = 0;
  let issuedAt = 0;
  const known = { registrationId, day: policy.proofInterval, shared };
  while (issuedAt < year) {
    const until = Math.min(year, issuedAt + rotatedAfter(lifetime));
    const life = { ...known, issuedAt, endsAt: issuedAt + lifetime };
    let next = nextProof({ ...life, now: issuedAt, verdict: null, intervalDays: 0 });
    while (next.nextDue !== null && next.nextDue < until) {
      proofs += 1;
      next = nextProof({ ...life, now: next.nextDue, verdict: 'good', intervalDays: next.intervalDays });
    }
    issuedAt = until;
  }
  let readings = 0;
  const between = changes === 0 ? Number.POSITIVE_INFINITY : year / changes;
  const reading = { registrationId, week: policy.discoveryInterval };
  const changedBefore = (now: number) =>
    between === Number.POSITIVE_INFINITY ? 0 : Math.floor(now / between) * between;
  for (let now = nextReading({ ...reading, now: 0, changedAt: 0 }); now < year; readings += 1)
    now = nextReading({ ...reading, now, changedAt: changedBefore(now) });
  return { proofs, readings };
}

export interface ServerYear extends Omit<YearCost, 'longestRun'> {
  readonly registrations: number;
  /** Whether all use one client: one of them holds it. */
  readonly shares: boolean;
  /** Made by the watch. */
  readonly proofs: number;
  readonly readings: number;
}

/** All registrations at one server in a year. */
export function serverYearOf(
  life: Life,
  policy: Pick<TimePolicy, 'proofInterval' | 'discoveryInterval'>,
  assumptions: Assumptions,
  registrations: number,
  shares: boolean,
): ServerYear {
  const sharers = shares ? registrations - 1 : 0;
  const holder = yearOf(life, scheduleOf(assumptions, false));
  const sharer = yearOf(life, scheduleOf(assumptions, true));
  const total = (of: (cost: YearCost) => number) =>
    Math.round(of(holder) * (registrations - sharers) + of(sharer) * sharers);
  const looks = Array.from({ length: registrations }, (_, at) =>
    looksOf(policy, `tenant-${at}.app.production.main`, assumptions, shares && at > 0),
  );
  return {
    registrations,
    shares,
    actions: total(({ actions }) => actions),
    events: total(({ events }) => events),
    auditRows: total(({ auditRows }) => auditRows),
    proofs: looks.reduce((sum, { proofs }) => sum + proofs, 0),
    readings: looks.reduce((sum, { readings }) => sum + readings, 0),
  };
}
