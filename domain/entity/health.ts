import { rotationDue } from '../credential/dueTime.ts';
import type { CredentialState } from '../ports/activities.ts';
import type { Reason } from '../reasons/index.ts';
import type { CredentialHealth, Strategy } from '../words.ts';
import type { EntityState } from './state.ts';

/** When the current credential is due, in milliseconds since the epoch; null when it never is by itself. */
export function dueOf(state: EntityState): number | null {
  // The secret of a shared client is its holder's to replace.
  if (state.current === null || state.config.holderRegistrationId !== null) return null;
  if (rotationObstacle(state.current) !== null) return null;
  return rotationDue(state.registrationId, state.current, state.config.rotationPolicy).at;
}

/** Why a credential of this kind cannot be replaced, whatever the server can do; null when it can. */
export function rotationObstacle({ authMethod }: CredentialState): Reason | null {
  if (authMethod === 'none') return 'NoSecretToRotate';
  return authMethod === 'private_key_jwt' ? 'KeyRotationNotAvailable' : null;
}

/** How a credential will be rotated (DESIGN section 6). */
export function strategyOf(credential: CredentialState, state: EntityState): Strategy {
  if (credential.authMethod === 'none' || state.config.holderRegistrationId !== null) return 'none';
  if (credential.authMethod === 'private_key_jwt') return 'key';
  if (credential.expiresAt === null && state.config.rotationPolicy.maxAge === undefined && credential.expiryKnown) {
    return credential.manageable ? 'update' : 'none';
  }
  if (credential.manageable) return 'update';
  return credential.supplied === true ? 'manual' : 'replace';
}

/**
 * From due to halfway towards expiry a credential is `due`, after that `overdue`: half of the reserve is used up and
 * the on-call engineer still has the other half.
 */
export function overdueAt(state: EntityState): number | null {
  const due = dueOf(state);
  const expiry = state.current?.expiresAt ?? null;
  return due === null || expiry === null ? null : due + (expiry - due) / 2;
}

/** Second axis of state at a time (milliseconds since the epoch). */
export function healthOf(state: EntityState, now: number): CredentialHealth {
  const { current } = state;
  if (current === null || state.phase === 'retired') return 'none';
  if (current.expiresAt !== null && current.expiresAt <= now) return 'expired';
  if (state.currentRejected) return 'rejected';
  if (state.rotation !== null || (state.pending !== null && state.phase === 'active')) return 'rotating';
  const overdue = overdueAt(state);
  if (overdue !== null && overdue <= now) return 'overdue';
  const due = dueOf(state);
  if (due !== null && due <= now) return 'due';
  return current.provedAt === null ? 'unknown' : 'healthy';
}
