import type { RotationPolicy } from '../../domain/client/metadata.ts';
import { lifeOf, rotationDue } from '../../domain/credential/dueTime.ts';
import { expiryOfKeptSecret, expiryOfNewSecret, type SecretLife } from '../../domain/credential/expiry.ts';
import { affordable, spend } from '../../domain/credential/pace/bucket.ts';
import {
  afterFailedAttempt,
  afterRotation,
  type FailedOutcome,
  floorOf,
  newPace,
  nextRotationAttempt,
  type RotationPace,
} from '../../domain/credential/pacing.ts';
import { setAsideAt } from '../../domain/credential/setAside.ts';
import { defaultPaceTimes as times } from '../../domain/time/pace.ts';

/** What a peer does with one PUT. Expiries are in milliseconds from the answer; null = 0, "never"; absent = not said. */
export type Behaviour =
  | { readonly does: 'issue'; readonly expiresIn?: number | null }
  | { readonly does: 'keep'; readonly expiresIn?: number | null }
  /** A masked or hashed secret: it is stored, and never proves good. */
  | { readonly does: 'mask' }
  | { readonly does: 'fail'; readonly outcome: FailedOutcome; readonly retryAfter?: number }
  /** The token is refused, and each rung of a ladder too. */
  | { readonly does: 'refuse-token'; readonly reads: number };

export interface Sent {
  readonly at: number;
  /** It brought another secret, proved good, at or after its due. */
  readonly worthIt: boolean;
  /** Shortest time that may lie between this and the one before. */
  readonly floor: number;
}

export interface PacedLife {
  readonly sent: readonly Sent[];
  /** Whether the last wait would never end by itself. */
  readonly parked: boolean;
  readonly life: SecretLife;
}

const registrationId = 'mercy.app.production.main';

/** A registration in front of a peer that goes round its behaviours, by the pure functions alone. */
export function livePaced(
  start: SecretLife,
  behaviours: readonly Behaviour[],
  until: number,
  policy: RotationPolicy = {},
  mostSteps = 5000,
): PacedLife {
  let secret = start;
  let pace = newPace(start.issuedAt);
  let now = start.issuedAt;
  const sent: Sent[] = [];
  const send = (floor: number, worthIt = false) => {
    pace = { ...pace, bucket: spend(pace.bucket, now, times) };
    sent.push({ at: now, worthIt, floor });
  };
  for (let step = 0; step < mostSteps; step += 1) {
    const life = lifeOf(secret);
    const due = rotationDue(registrationId, secret, policy, times);
    const next = nextRotationAttempt({ registrationId, life, due, pace, policy, now, times });
    if (next.at === null) return { sent, parked: true, life: secret };
    if (next.at > until) break;
    now = Math.max(now, next.at);
    const behaviour = behaviours[step % behaviours.length] as Behaviour;
    const stated = statedBy(behaviour, now);
    const floor = floorOf(life, times);
    if (behaviour.does === 'issue') {
      const { reason: _, ...expiry } = expiryOfNewSecret(stated, now, times);
      send(floor, life.end !== null && now >= (due.at ?? Number.POSITIVE_INFINITY));
      pace = afterRotation(pace, { sentAt: now, provedAt: now, due, life }, times);
      secret = { issuedAt: now, ...expiry };
      continue;
    }
    send(floor);
    if (behaviour.does === 'keep') secret = expiryOfKeptSecret(secret, stated, now, times);
    if (behaviour.does === 'refuse-token')
      for (let reads = Math.min(behaviour.reads, affordable(pace.bucket, now, times)); reads > 0; reads -= 1) send(0);
    if (behaviour.does === 'mask') now = setAsideAt(now, secret.expiresAt, times);
    pace = failed(pace, behaviour, now, secret);
  }
  return { sent, parked: false, life: secret };
}

function failed(pace: RotationPace, behaviour: Behaviour, at: number, secret: SecretLife): RotationPace {
  const outcome = behaviour.does === 'keep' ? 'kept' : behaviour.does === 'fail' ? behaviour.outcome : 'refused';
  const retryAfter = behaviour.does === 'fail' ? (behaviour.retryAfter ?? null) : null;
  return afterFailedAttempt(pace, { at, outcome, retryAfter }, lifeOf(secret), times);
}

function statedBy(behaviour: Behaviour, now: number) {
  const expiresIn = behaviour.does === 'issue' || behaviour.does === 'keep' ? behaviour.expiresIn : undefined;
  if (expiresIn === undefined) return { expiresAt: null, expiryKnown: false };
  return { expiresAt: expiresIn === null ? null : now + expiresIn, expiryKnown: true };
}

/** The most requests in any stretch of time of this length. */
export function mostWithin(times: readonly number[], stretch: number): number {
  let most = 0;
  let first = 0;
  times.forEach((at, index) => {
    while ((times[first] ?? at) <= at - stretch) first += 1;
    most = Math.max(most, index - first + 1);
  });
  return most;
}
