import type { KeyRecord } from '../../domain/ports/callers/keys.ts';
import type { Visibility } from '../../domain/ports/visibility.ts';
import { type Role, roles } from '../../domain/words.ts';
import { ProblemError } from '../problems/problem.ts';

/** Who makes a request, whatever the credential was. */
export interface Caller {
  /** `key:{keyId}`: also the actor in the audit and the principal of idempotency rows and limits. */
  readonly id: string;
  readonly keyId: string;
  readonly role: Role;
  readonly visibility: Visibility;
  /** Milliseconds since the epoch, UTC; null = the credential does not end by itself. */
  readonly expiresAt: number | null;
  /** Set when a cookie authenticated the request: browsers send it by themselves, so more is asked. */
  readonly session: { readonly sha256: string; readonly csrfSha256: string } | null;
  /** Whether the credential is still good; does not count as activity. */
  readonly stillValid: () => Promise<boolean>;
}

/** Whether `role` includes what `needed` may do. */
export function includesRole(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

/** Rejects with `role-insufficient` when the caller's role does not reach `needed`. */
export function requireRole(caller: Caller, needed: Role, pointer?: string): void {
  if (includesRole(caller.role, needed)) return;
  const message = `needs the role ${needed}; the caller is ${caller.role}`;
  throw new ProblemError('role-insufficient', `This ${message}. Use a key of an ${needed}.`, {
    ...(pointer === undefined ? {} : { errors: [{ pointer, message }] }),
  });
}

/** Whether a bound leaves `id` visible. */
export function within(bound: readonly string[] | null, id: string): boolean {
  return bound === null || bound.includes(id);
}

/** Whether a registration with these parts is visible. */
export function seesRegistration(
  visibility: Visibility,
  parts: { readonly tenantId: string; readonly applicationId: string },
): boolean {
  return within(visibility.tenantIds, parts.tenantId) && within(visibility.applicationIds, parts.applicationId);
}

/** Why a key does not authenticate at `now` (milliseconds since the epoch, UTC), or null when it does. */
export function keyObstacle(key: KeyRecord, now: number): string | null {
  if (key.revokedAt !== null) return 'The API key is revoked. Ask an administrator for a new one.';
  if (key.expiresAt !== null && Date.parse(key.expiresAt) <= now)
    return 'The API key has expired. Ask an administrator for a new one.';
  return null;
}
