import type { PaceTimes } from '../time/pace.ts';
import type { Step } from './nextStep.ts';
import { spending } from './rotation/attempt.ts';
import type { EntityState, OpenRequest, Rotation } from './state.ts';

/** A step that sends what cannot be repeated. */
export type RequestStep = Extract<Step, { do: 'register' | 'update' | 'change' | 'read' }>;

export function isRequestStep(step: Step): step is RequestStep {
  return step.do === 'register' || step.do === 'update' || step.do === 'change' || step.do === 'read';
}

/**
 * The state with the request that a step is going to send. It is recorded before it is sent: whoever starts from the
 * records settles it, instead of sending another. It counts as sent from now on.
 *
 * @param ids made by the workflow; the operation's is used where the request belongs to none.
 */
export function openRequest(
  state: EntityState,
  step: RequestStep,
  ids: { readonly intentId: string; readonly operationId: string },
  now: number,
  times: PaceTimes,
): EntityState {
  const request = requestOf(state, step, ids);
  return { ...spending(state, 1, now, times), request, rotation: rotationSent(state, step, now) };
}

function rotationSent({ rotation }: EntityState, step: RequestStep, now: number): Rotation | null {
  if (rotation === null || (step.do !== 'update' && step.do !== 'read')) return rotation;
  const { waits: _waits, delayed: _delayed, ...sent } = rotation;
  return step.do === 'read' ? sent : { ...sent, sentAt: now };
}

function requestOf(
  { current, rotation, activeOperation }: EntityState,
  step: RequestStep,
  { intentId, operationId }: { readonly intentId: string; readonly operationId: string },
): OpenRequest {
  if (step.do === 'register') return { intentId, kind: 'register', operationId };
  if (current === null) throw new Error('an update needs a current credential');
  if (step.do === 'read') {
    // A change goes before a rotation that is under way as well.
    const asked = activeOperation?.kind === 'changeMetadata' ? activeOperation : rotation;
    return { intentId, kind: 'read', operationId: asked?.operationId ?? operationId };
  }
  if (step.do === 'update') {
    if (rotation === null) throw new Error('an update needs a rotation');
    return { intentId, kind: 'update', operationId: rotation.operationId };
  }
  if (activeOperation === null) throw new Error('a change needs an operation');
  const { revision, ownRevision } = step.change.config;
  return { intentId, kind: 'update', operationId: activeOperation.operationId, metadata: { revision, ownRevision } };
}
