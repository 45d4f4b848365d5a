import type { EnvironmentClass } from '../words.ts';

/**
 * Why a credential is presented that may be refused. `schedule`: Registrar's own (watch, controls, set-aside ones);
 * `new`: a new, supplied or not yet enabled credential; `asked`: `verify`, `report-rejected`, changed tasks.
 */
export const authenticationPurposes = ['schedule', 'new', 'asked'] as const;
export type AuthenticationPurpose = (typeof authenticationPurposes)[number];

/** Refusals of one client at one token endpoint for one purpose. Milliseconds since the epoch, UTC. */
export interface AuthenticationFailures {
  /** The oldest that is kept; null = there is none. */
  readonly first: number | null;
  /** Those of the last {@link countedFor}, oldest first. */
  readonly recent: readonly number[];
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
/** Lock-outs count by the day: refusals older than this many milliseconds count no more. */
export const countedFor = 24 * hour;

/**
 * When a credential that was refused at first is tried again, after the first refusal: soon, as replicas lag by
 * seconds; then rarely, as people enable clients within hours; then daily.
 */
export const newCredentialTimes: readonly number[] = [
  0,
  10 * second,
  30 * second,
  minute,
  3 * minute,
  10 * minute,
  30 * minute,
  hour,
  3 * hour,
  7 * hour,
  12 * hour,
  24 * hour,
];

/** Refusals in a day. A lock-out at a hospital costs more than knowing a day late. */
const daily = { schedule: 3, production: 1, asked: 5 } as const;

export interface BoundDecision {
  /** How many refusals may still come by now; 0 = nothing is sent. */
  readonly left: number;
  /** When the next may be sent; null = now. */
  readonly nextAttemptAt: number | null;
}

/**
 * Whether a credential may be presented again that was refused before (DESIGN section 9). Pure.
 *
 * @param scale of all times; tests make them short.
 */
export function boundAuthentication(
  purpose: AuthenticationPurpose,
  environmentClass: EnvironmentClass,
  failures: AuthenticationFailures,
  now: number,
  scale = 1,
): BoundDecision {
  if (purpose === 'new') {
    const nextAttemptAt = nextOfNew(failures, now, scale);
    return { left: nextAttemptAt === null ? newCredentialForms : 0, nextAttemptAt };
  }
  const production = purpose === 'schedule' && environmentClass === 'production';
  const most = production ? daily.production : daily[purpose];
  const recent = failures.recent.filter((at) => at > now - countedFor * scale);
  const left = Math.max(0, most - recent.length);
  if (left > 0) return { left, nextAttemptAt: null };
  // As soon as so many have left the countedFor that one may come.
  const leaving = recent[recent.length - most] ?? now;
  return { left, nextAttemptAt: leaving + countedFor * scale };
}

/** Forms of probe that one attempt with a new credential may be refused in. */
const newCredentialForms = 2;

/** One attempt for each of the times, however many went by unused; null = now. */
function nextOfNew({ first, recent }: AuthenticationFailures, now: number, scale: number): number | null {
  const last = recent.at(-1);
  if (first === null || last === undefined) return null;
  const next = newCredentialTimes.find((time) => first + time * scale > last);
  const days = Math.floor((last - first) / (countedFor * scale)) + 1;
  const at = first + (next ?? days * countedFor) * scale;
  return at > now ? at : null;
}
