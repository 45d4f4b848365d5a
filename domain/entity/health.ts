import { clientDue, type Due, nearerEnd, overdueAt, rotationDue } from '../credential/dueTime.ts';
import type { CredentialState } from '../ports/activities.ts';
import type { Reason } from '../reasons/index.ts';
import type { CredentialHealth, Strategy } from '../words.ts';
import { currentClient } from './clients/known.ts';
import type { EntityState } from './state.ts';
import { timesOf } from './times.ts';

const never: Due = { at: null, reason: null, moved: null };

/** When the current secret is due; `at` null = never by itself. */
export function secretDueOf(state: EntityState): Due {
  // The secret of a shared client is its holder's to replace.
  if (state.current === null || state.config.holderRegistrationId !== null) return never;
  if (rotationObstacle(state.current) !== null) return never;
  return rotationDue(state.registrationId, state.current, state.config.rotationPolicy, timesOf(state));
}

/** When the client itself is to be replaced, in milliseconds since the epoch; null = it does not end, or is another's. */
export function clientDueOf(state: EntityState): number | null {
  const { current, config, registrationId } = state;
  if (current === null || config.holderRegistrationId !== null) return null;
  return clientDue(registrationId, current, config.rotationPolicy, timesOf(state)).at;
}

/** When the credential is due, whichever of secret and client ends: for showing. */
export function dueOf(state: EntityState): number | null {
  return earlier(secretDueOf(state).at, clientDueOf(state));
}

/** Why a credential of this kind cannot be replaced, whatever the server can do; null when it can. */
export function rotationObstacle({ authMethod }: CredentialState): Reason | null {
  if (authMethod === 'none') return 'NoSecretToRotate';
  return authMethod === 'private_key_jwt' ? 'KeyRotationNotAvailable' : null;
}

/** What keeps the current credential from being replaced by a request; until a person brings another it is not tried. */
export function requestObstacle({
  current,
  clients,
}: EntityState): Extract<Reason, 'ManualRotationNeeded' | 'RotationNotSupported' | 'ClientHeldElsewhere'> | null {
  if (currentClient({ current, clients })?.heldBy != null) return 'ClientHeldElsewhere';
  if (current?.manageable === true) return null;
  return current?.supplied === true ? 'ManualRotationNeeded' : 'RotationNotSupported';
}

/** How a credential will be rotated (DESIGN section 6). */
export function strategyOf(credential: CredentialState, state: EntityState): Strategy {
  if (credential.authMethod === 'none' || state.config.holderRegistrationId !== null) return 'none';
  if (credential.authMethod === 'private_key_jwt') return 'key';
  const { rotationPolicy } = state.config;
  const endless = credential.expiresAt === null && rotationPolicy.maxAge === undefined && credential.expiryKnown;
  if (endless && !credential.manageable) return 'none';
  if (credential.manageable && credential.keptToTheLast !== true) return 'update';
  return credential.supplied === true ? 'manual' : 'replace';
}

/**
 * From due to halfway towards the end a credential is `due`, after that `overdue`: half of the reserve is used up and
 * the on-call engineer still has the other half.
 */
export function overdueOf(state: EntityState): number | null {
  const due = clientDueOf(state);
  const end = state.current?.clientExpiresAt;
  return earlier(secretOverdueOf(state), due === null || end === undefined ? null : overdueAt(due, end));
}

/** Of the secret alone. */
export function secretOverdueOf(state: EntityState): number | null {
  const { current } = state;
  if (current === null || current.expiresAt === null) return null;
  const { at } = secretDueOf(state);
  const end = nearerEnd(current);
  return at === null || end === null ? null : overdueAt(at, end.at);
}

/** Second axis of state at a time (milliseconds since the epoch). */
export function healthOf(state: EntityState, now: number): CredentialHealth {
  const { current, rotation } = state;
  if (current === null || state.phase === 'retired') return 'none';
  const end = nearerEnd(current);
  if (end !== null && end.at <= now) return 'expired';
  const read = state.conflict?.verdict;
  if (state.currentRejected || read === 'rejected') return 'rejected';
  if (read === 'inconclusive') return 'unknown';
  const rotates = rotation !== null && rotation.waits !== true;
  if (rotates || (state.pending !== null && state.phase === 'active')) return 'rotating';
  const overdue = overdueOf(state);
  if (overdue !== null && overdue <= now) return 'overdue';
  const due = dueOf(state);
  if (due !== null && due <= now) return 'due';
  return current.provedAt === null || state.unproved === true ? 'unknown' : 'healthy';
}

/** Whether the client's own end is near and nobody was told. */
export function clientEndUntold(state: EntityState, now: number): boolean {
  const due = clientDueOf(state);
  if (due === null || due > now || state.phase === 'retired' || state.phase === 'retiring') return false;
  return !state.attentions.some(({ topic }) => topic === 'client');
}

/** False once a proof has shown that Registrar does not hold what it would prove. */
export function isProvable(state: Pick<EntityState, 'conditions'>): boolean {
  return state.conditions.find(({ type }) => type === 'CredentialProved')?.reason !== 'KeyHeldElsewhere';
}

/** Whether the entity itself proves the current credential, with a back-off that goes on beside what is asked meanwhile. */
export function isProbed({
  rejectedSince,
  doubtedSince,
}: Pick<EntityState, 'rejectedSince' | 'doubtedSince'>): boolean {
  return rejectedSince !== null || doubtedSince !== undefined;
}

function earlier(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
