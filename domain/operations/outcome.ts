import type { EventType } from '../registration/view.ts';
import type { OperationKind } from './request.ts';

/** How an operation ended. `deferred`: nothing failed, and Registrar tries again by itself later. */
export type Outcome = 'succeeded' | 'deferred' | 'failed';

const outcomes: Readonly<Record<OperationKind, Partial<Record<EventType, Outcome>>>> = {
  rotate: {
    'credential.rotated': 'succeeded',
    'credential.rotation-deferred': 'deferred',
    'credential.rotation-failed': 'failed',
  },
  verify: {
    'credential.proved': 'succeeded',
    'credential.proof-failed': 'failed',
    // What was proved may be a pending credential, which then becomes current.
    'registration.activated': 'succeeded',
    'credential.rotated': 'succeeded',
  },
  // Changed origins are found by a discovery that did its work; they wait for an administrator.
  discover: { 'registration.discovered': 'succeeded', 'registration.attention': 'succeeded' },
  approveEndpoint: { 'registration.endpoint-approved': 'succeeded' },
  // The registration that follows is the entity's own doing, with events of its own.
  supplyInitialAccessToken: { 'registration.token-supplied': 'succeeded' },
  retire: { 'registration.retired': 'succeeded' },
  supplyCredential: {
    'registration.activated': 'succeeded',
    'credential.rotated': 'succeeded',
    'credential.rotation-failed': 'failed',
    // The registration goes on probing: a client may be enabled later.
    'credential.proof-failed': 'failed',
  },
  changeMetadata: { 'registration.metadata-changed': 'succeeded', 'registration.metadata-failed': 'failed' },
  shareClient: { 'registration.sharing': 'succeeded' },
  updateTask: { 'task.changed': 'succeeded', 'registration.metadata-changed': 'succeeded' },
  reportLaunch: { 'launch.reported': 'succeeded' },
  suspend: { 'registration.suspended': 'succeeded' },
  resume: { 'registration.resumed': 'succeeded' },
  // What is tried again is the entity's own doing, with events of its own.
  retry: { 'registration.hold-released': 'succeeded' },
  acceptCurrent: { 'credential.conflict-settled': 'succeeded' },
  overwrite: { 'credential.conflict-settled': 'succeeded' },
};

/**
 * What an event with the id of an operation says about its end; null when the operation goes on. A rotation proves
 * its new secret on the way, so the same event ends one kind of operation and not another.
 */
export function outcomeOf(kind: OperationKind, type: EventType): Outcome | null {
  return type === 'operation.refused' ? 'failed' : (outcomes[kind][type] ?? null);
}
