import { isText } from '../text/form.ts';
import { type AuthMethod, authMethods } from '../words.ts';

/**
 * What may be said aloud of a credential that a person gives; its secrets are sealed under the operation id. Times are
 * milliseconds since the epoch, UTC.
 */
export interface SuppliedCredential {
  readonly clientId: string;
  /** Null = chosen from the application's preferences and what the server advertises. */
  readonly authMethod: AuthMethod | null;
  /** Null = when it was supplied. */
  readonly issuedAt: number | null;
  /** Null: never when `expiryKnown`, otherwise unknown. */
  readonly expiresAt: number | null;
  readonly expiryKnown: boolean;
  /** The client's own end of life, which is not the secret's expiry; null = none is known. */
  readonly clientExpiresAt: number | null;
  /**
   * Milliseconds that the vendor may take until the credential works everywhere (Epic: up to 48 hours): a rejection
   * before is not believed. Left out = the time policy's.
   */
  readonly distributionTime?: number | undefined;
}

const members = ['clientId', 'authMethod', 'issuedAt', 'expiresAt', 'expiryKnown', 'clientExpiresAt'] as const;

export function isSuppliedCredential(value: unknown): value is SuppliedCredential {
  if (typeof value !== 'object' || value === null) return false;
  const given = value as Readonly<Record<string, unknown>>;
  const { distributionTime } = given;
  const names = Object.keys(given).filter((name) => name !== 'distributionTime');
  return (
    names.length === members.length &&
    members.every((member) => names.includes(member)) &&
    isText(given['clientId'], 1, 200) &&
    (given['authMethod'] === null || authMethods.some((known) => known === given['authMethod'])) &&
    typeof given['expiryKnown'] === 'boolean' &&
    [given['issuedAt'], given['expiresAt'], given['clientExpiresAt']].every(isTimeOrNull) &&
    (distributionTime === undefined || (isTime(distributionTime) && distributionTime <= longestDistribution))
  );
}

/** Milliseconds; longer than any vendor says. */
const longestDistribution = 30 * 24 * 3600 * 1000;

function isTimeOrNull(value: unknown): boolean {
  return value === null || isTime(value);
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
