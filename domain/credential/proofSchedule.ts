import { stableFraction } from '../text/stableHash.ts';
import type { Verdict } from './proofDecision.ts';

/** When the watch looks again (DESIGN section 5). Times are milliseconds since the epoch, UTC. */

/** Days between two proofs that went well; anything else begins anew. */
const ladder = [1, 2, 4, 7] as const;
/** Shortest intervals without a good proof after which nothing is known any more: three days after the longest one. */
const unprovedIntervals = 10;
/** Share of an interval that a stable jitter takes away, so that an import does not come back as one burst. */
const jitterShare = 0.1;
/** Share of the sharers of a client that are proved on the schedule: a client is known at one token endpoint. */
const sampleShare = 0.1;
/** Share of a life at whose end proofs are daily. */
const lastShare = 0.1;
/** Readings of unchanged documents until a quarter is over, and weeks of the longer interval. */
const quarter = 13;
const month = 30 / 7;

export interface ProofSchedule {
  /** Null: not on a schedule, only after a rotation or a report. */
  readonly nextDue: number | null;
  readonly intervalDays: number;
}

export interface Proved {
  readonly registrationId: string;
  readonly now: number;
  /** Milliseconds of the shortest interval (`TimePolicy.proofInterval`). */
  readonly day: number;
  /** Null: a new credential, which its entity has proved. */
  readonly verdict: Verdict | null;
  /** Of the proof before; 0 = there was none. */
  readonly intervalDays: number;
  readonly issuedAt: number;
  /** Nearer end of secret and client; null = none that is known. */
  readonly endsAt: number | null;
  readonly shared: boolean;
}

/** After a proof: 1, 2, 4, then 7 days while it is good; daily in the last tenth of the life. */
export function nextProof(proved: Proved): ProofSchedule {
  const { registrationId, now, day, verdict, issuedAt, endsAt } = proved;
  const intervalDays = verdict === 'good' ? stepUp(proved.intervalDays) : ladder[0];
  if (proved.shared && verdict === 'good' && !isInSample(registrationId)) return { nextDue: null, intervalDays };
  const usual = now + jittered(intervalDays * day, registrationId);
  if (endsAt === null) return { nextDue: usual, intervalDays };
  const lastPart = endsAt - lastShare * Math.max(0, endsAt - issuedAt);
  const daily = Math.max(now, lastPart) + jittered(day, registrationId);
  return daily < usual ? { nextDue: daily, intervalDays: ladder[0] } : { nextDue: usual, intervalDays };
}

export interface DocumentRead {
  readonly registrationId: string;
  readonly now: number;
  /** Milliseconds of the usual interval (`TimePolicy.discoveryInterval`). */
  readonly week: number;
  readonly changedAt: number;
}

/** After a reading: weekly, monthly once nothing changed for a quarter. */
export function nextReading({ registrationId, now, week, changedAt }: DocumentRead): number {
  const interval = now - changedAt >= quarter * week ? month * week : week;
  return now + jittered(interval, registrationId);
}

/** Whether a sharer is one of those that are proved on the schedule; stable. */
export function isInSample(registrationId: string): boolean {
  return stableFraction(`sample/${registrationId}`) < sampleShare;
}

/** Why the watch wakes an entity whose credential was found good too long ago. */
export const couldNotTell = 'The watch could not tell for days whether the credential is good.';

/** Last good proofs before this time are too long ago; `day` as in {@link Proved}. */
export function provedTooLongAgo(now: number, day: number): number {
  return now - unprovedIntervals * day;
}

function stepUp(intervalDays: number): number {
  return ladder.find((days) => days > intervalDays) ?? ladder[ladder.length - 1] ?? intervalDays;
}

function jittered(interval: number, registrationId: string): number {
  return Math.round(interval * (1 - jitterShare * stableFraction(`proof/${registrationId}`)));
}
