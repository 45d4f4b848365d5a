import type { Reason } from '../reasons/index.ts';
import type { PaceTimes } from '../time/pace.ts';
import type { EnvironmentClass } from '../words.ts';

/** What an answer says of a secret's end (RFC 7591 section 3.2.1); milliseconds since the epoch, UTC. */
export interface StatedExpiry {
  /** Null: never when `expiryKnown`, otherwise unknown. */
  readonly expiresAt: number | null;
  readonly expiryKnown: boolean;
}

export interface JudgedExpiry extends StatedExpiry {
  readonly reason: Extract<Reason, 'ExpiryNotUsable'> | null;
}

/** From when to when a secret lives, as far as we know. */
export interface SecretLife extends StatedExpiry {
  readonly issuedAt: number;
  /** When a kept secret was given a new life, from which its lifetime counts then; absent = from `issuedAt`. */
  readonly lifeFrom?: number;
}

/**
 * The end of a secret that is new to us. One that lies in the past or within seconds is a server's mistake — a duration
 * written as a date is 1970, "now + 1" is none that anybody could use — and counts as unknown: taken for a lifetime it
 * once made an endless loop of PUTs.
 */
export function expiryOfNewSecret(
  stated: StatedExpiry,
  answeredAt: number,
  times: Pick<PaceTimes, 'usableExpiry'>,
): JudgedExpiry {
  if (isUsable(stated, answeredAt, times)) return { ...stated, reason: null };
  return { expiresAt: null, expiryKnown: false, reason: 'ExpiryNotUsable' };
}

/**
 * The life of a secret that an answer kept. Such an answer never unsets or shortens a known end; it may tell one that
 * was not known, or move it. Where it moved so far that at least half a lifetime lies ahead again, the secret has a new
 * life: counted from its issue it would be due for ever. A smaller move changes the end only, so that a server cannot
 * put off the next attempt by a second a time.
 */
export function expiryOfKeptSecret(
  life: SecretLife,
  stated: StatedExpiry,
  answeredAt: number,
  times: Pick<PaceTimes, 'usableExpiry'>,
): SecretLife {
  if (!stated.expiryKnown || !isUsable(stated, answeredAt, times)) return life;
  if (life.expiresAt === null) {
    if (stated.expiresAt === null) return { ...life, expiryKnown: true };
    return { ...life, ...stated, lifeFrom: answeredAt };
  }
  if (stated.expiresAt === null) return life;
  if (stated.expiresAt <= life.expiresAt) return life;
  const renewed = stated.expiresAt - answeredAt >= (life.expiresAt - (life.lifeFrom ?? life.issuedAt)) / 2;
  return { ...life, expiresAt: stated.expiresAt, ...(renewed ? { lifeFrom: answeredAt } : {}) };
}

function isUsable(stated: StatedExpiry, answeredAt: number, { usableExpiry }: Pick<PaceTimes, 'usableExpiry'>) {
  return stated.expiresAt === null || stated.expiresAt - answeredAt >= usableExpiry;
}

/** A warning, never an attention: so short a life leaves no time for a person. */
export function lifetimeFinding(
  life: SecretLife,
  environmentClass: EnvironmentClass,
  { shortLifetime }: Pick<PaceTimes, 'shortLifetime'>,
): Extract<Reason, 'LifetimeVeryShort'> | null {
  if (life.expiresAt === null || environmentClass !== 'production') return null;
  return life.expiresAt - (life.lifeFrom ?? life.issuedAt) < shortLifetime ? 'LifetimeVeryShort' : null;
}
