import { fnv1a } from '../text/stableHash.ts';
import type { Phase } from '../words.ts';
import type { WorkClass } from './budget.ts';

/** Temporal's priority keys, 1 before 5; 3 is what work without one has. */
const priorityKeys: Readonly<Record<WorkClass, number>> = { expiring: 1, onboarding: 2, bulk: 4 };

/** Share of a life in which its credential counts as expiring. */
const lastShare = 0.1;

/** What decides how urgent a step of a registration is. Times are milliseconds since the epoch, UTC. */
export interface Urgency {
  readonly phase: Phase;
  /** A person, or an application, waits for an operation. */
  readonly asked: boolean;
  readonly issuedAt: number | null;
  /** Nearer end of secret and client; null = none that is known. */
  readonly endsAt: number | null;
  readonly rejected: boolean;
}

/**
 * Expiring: in the last tenth of the life, or rejected: an application may be without access. Onboarding: not active
 * yet, or asked for by a person. Everything else can wait.
 */
export function workClassOf({ phase, asked, issuedAt, endsAt, rejected }: Urgency, now: number): WorkClass {
  const active = phase === 'active' || phase === 'suspended';
  if (active && rejected) return 'expiring';
  if (endsAt !== null && now >= endsAt - lastShare * Math.max(0, endsAt - (issuedAt ?? now))) return 'expiring';
  if (asked || (!active && phase !== 'retiring' && phase !== 'retired')) return 'onboarding';
  return 'bulk';
}

/** Options of an activity on the outbound task queue (`ActivityOptions.priority` of the SDK). */
export interface StepPriority {
  readonly priorityKey: number;
  /** Stands for a host: steps at different hosts take turns, however many wait for one of them. */
  readonly fairnessKey: string;
}

/**
 * The host itself is not named: options of an activity are in history as they are, unencrypted. Two hosts with one key
 * would share their turns, no more.
 *
 * @param host of the token endpoint, before it is known of the FHIR base URL.
 */
export function stepPriority(workClass: WorkClass, host: string): StepPriority {
  return { priorityKey: priorityKeys[workClass], fairnessKey: fnv1a(host).toString(16).padStart(8, '0') };
}
