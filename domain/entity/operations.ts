import type { OperationKind } from '../operations.ts';
import { explain, type Reason } from '../reasons.ts';
import { type Applied, Draft } from './draft.ts';
import { healthOf, rotationObstacle } from './health.ts';
import { rememberOperation } from './remember.ts';
import type { EntityState, Operation } from './state.ts';

/** Operations that may wait in the queue of one entity. */
const queueLimit = 20;

/** Why an operation cannot be taken in this state, as one sentence; null when it can. */
export function refusalOf(state: EntityState, kind: OperationKind): string | null {
  const { phase } = state;
  if (phase === 'retired' || phase === 'retiring') return `The registration is ${phase}.`;
  if (state.operations.length >= queueLimit)
    return `${queueLimit} operations are waiting already; try again when they are done.`;
  switch (kind) {
    case 'rotate': {
      if (state.current === null) return 'There is no proved credential to rotate yet.';
      const obstacle = rotationObstacle(state.current);
      if (obstacle !== null) return explain(obstacle);
      if (!state.current.manageable) return explain('RotationNotSupported');
      return state.rotation === null || state.rotation.actor === 'system'
        ? null
        : `A rotation is under way already, as operation ${state.rotation.operationId}.`;
    }
    case 'verify':
      return state.current === null && state.pending === null ? 'There is no credential to verify yet.' : null;
    case 'supplyInitialAccessToken':
      return state.current !== null || state.pending !== null ? 'The client is registered already.' : null;
    default:
      return null;
  }
}

/** What the update handler does: remembers the operation, once. */
export function acceptOperation(state: EntityState, operation: Operation): EntityState {
  if (state.recentOperationIds.includes(operation.operationId)) return state;
  return { ...rememberOperation(state, operation.operationId), operations: [...state.operations, operation] };
}

/** Takes the operation off the queue and turns the state towards it. */
export function beginOperation(before: EntityState, operation: Operation, now: number): Applied {
  const draft = new Draft(
    { ...before, operations: before.operations.filter((other) => other.operationId !== operation.operationId) },
    now,
  );
  const refusal = refusalOf(draft.state, operation.kind);
  if (refusal !== null) {
    draft.event({ ...accepted(operation, refusal), type: 'operation.refused', reason: 'OperationNotPossible' });
    return draft.finish();
  }
  draft.set({ waitsForPerson: false, nextAttemptAt: null, attempts: 0, failingSince: null });
  begin(draft, operation);
  return draft.finish();
}

function begin(draft: Draft, operation: Operation): void {
  switch (operation.kind) {
    case 'retire':
      draft.set({ phase: 'retiring', activeOperation: operation, operations: [], rotation: null });
      draft.event({ ...accepted(operation, 'Retirement asked for.'), type: 'registration.retiring' });
      return;
    case 'rotate':
      // One that began by itself and waits is taken over, and goes on at once under the person's operation.
      draft.set({ rotation: { operationId: operation.operationId, actor: operation.actor } });
      draft.event({ ...accepted(operation, 'Rotation asked for.'), type: 'credential.rotation-started' });
      return;
    case 'verify':
    case 'discover':
      draft.set({ activeOperation: operation });
      draft.event(accepted(operation, operation.kind === 'verify' ? 'Proof asked for.' : 'Discovery asked for.'));
      return;
    case 'supplyInitialAccessToken':
      supplyToken(draft, operation);
      return;
  }
}

function supplyToken(draft: Draft, operation: Operation): void {
  const { phase } = draft.state;
  const from = phase;
  const next = phase === 'awaiting_token' ? 'registering' : phase;
  draft.set({ initialAccessTokenRef: operation.operationId, unansweredPosts: 0, phase: next });
  draft.clearAttention('registration');
  draft.event({
    ...accepted(operation, 'An initial access token was supplied.'),
    type: 'registration.token-supplied',
    changes: from === next ? undefined : { phase: { from, to: next } },
  });
}

function accepted(operation: Operation, message: string) {
  return {
    type: 'operation.accepted' as const,
    message: operation.reason === null ? message : `${message} Reason given: ${operation.reason}`,
    operationId: operation.operationId,
    actor: operation.actor,
  };
}

/** Starts the rotation that is due by itself. `operationId` is made by the workflow. */
export function beginRotation(before: EntityState, operationId: string, now: number): Applied {
  const draft = new Draft(before, now);
  if (before.current?.manageable !== true) {
    const reason: Reason = 'RotationNotSupported';
    draft.set({ rotationNotBefore: Number.MAX_SAFE_INTEGER });
    draft.attention('rotation', reason);
    draft.event({ type: 'registration.attention', reason, message: explain(reason), operationId });
    return draft.finish();
  }
  draft.set({
    rotation: { operationId, actor: 'system' },
    nextAttemptAt: null,
    attempts: 0,
    failingSince: null,
    waitsForPerson: false,
  });
  draft.event({ type: 'credential.rotation-started', message: 'The credential is due for rotation.', operationId });
  return draft.finish();
}

/** Records that time alone changed the health of the credential. */
export function noteHealth(before: EntityState, now: number): Applied {
  const draft = new Draft(before, now);
  const from = before.credentialHealth;
  const to = healthOf(before, now);
  if (to === 'expired') draft.attention('expiry', 'CredentialExpired');
  draft.event({
    type: 'credential.health-changed',
    reason: to === 'expired' ? 'CredentialExpired' : undefined,
    message: `The health of the credential went from ${from} to ${to}.`,
    changes: { credentialHealth: { from, to } },
  });
  return draft.finish();
}
