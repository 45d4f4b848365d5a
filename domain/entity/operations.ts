import type { Asked, OperationKind } from '../operations/details.ts';
import { explain } from '../reasons/index.ts';
import { byteBound } from '../text/byteBound.ts';
import type { TimePolicy } from '../time/policy.ts';
import { queueBytes } from './bound.ts';
import { type Applied, Draft } from './draft.ts';
import { healthOf, requestObstacle } from './health.ts';
import { goesAhead, releaseAtOnce } from './holding.ts';
import { rememberOperation } from './remember.ts';
import { nextAttemptOf } from './rotation/attempt.ts';
import { backOffAnew } from './rotation/failed.ts';
import { tellClientEnd, tellOverdue, tellRotationAnew } from './rotation/told.ts';
import { rules } from './rules/index.ts';
import { accepted, type Rule } from './rules/rule.ts';
import type { EntityState, Operation } from './state.ts';
import { openTask } from './task.ts';

/** Operations that may wait in the queue of one entity. */
const queueLimit = 20;

/** Of those that go ahead of it: each is begun as soon as the present step ends. */
const aheadLimit = 4;

/** Operations after which what was put off is put off as before. */
const bringsNothing: ReadonlySet<OperationKind> = new Set<OperationKind>([
  'suspend',
  'resume',
  'updateTask',
  'reportLaunch',
]);

/** Why an operation cannot be taken in this state, as one sentence; null when it can. */
export function refusalOf<Kind extends OperationKind>(state: EntityState, asked: Asked<Kind>): string | null {
  const { phase } = state;
  if (phase === 'retired' || phase === 'retiring') return `The registration is ${phase}.`;
  const ahead = goesAhead(asked);
  const waiting = state.operations.filter((operation) => goesAhead(operation) === ahead);
  if (waiting.length >= (ahead ? aheadLimit : queueLimit) || byteBound([...waiting, asked]) > queueBytes)
    return `${waiting.length} operations are waiting already; try again when they are done.`;
  return ruleOf(asked.kind).refusal(state, asked);
}

/** What the update handler does: remembers the operation, once. */
export function acceptOperation(state: EntityState, operation: Operation): EntityState {
  if (state.recentOperationIds.includes(operation.operationId)) return state;
  return { ...rememberOperation(state, operation.operationId), operations: [...state.operations, operation] };
}

/** Takes the operation off the queue and turns the state towards it. */
export function beginOperation<Kind extends OperationKind>(
  before: EntityState,
  operation: Operation<Kind>,
  now: number,
): Applied {
  const draft = new Draft(
    { ...before, operations: before.operations.filter((other) => other.operationId !== operation.operationId) },
    now,
  );
  const refusal = refusalOf(draft.state, operation);
  if (refusal !== null) {
    draft.event({ ...accepted(operation, refusal), type: 'operation.refused', reason: 'OperationNotPossible' });
    return draft.finish();
  }
  releaseAtOnce(draft, operation.kind);
  if (!bringsNothing.has(operation.kind)) draft.set({ nextAttemptAt: null, attempts: 0, failingSince: null });
  ruleOf(operation.kind).begin(draft, operation);
  return draft.finish();
}

function ruleOf<Kind extends OperationKind>(kind: Kind): Rule<Kind> {
  return rules[kind];
}

/** Starts the rotation that is due by itself. `operationId` is made by the workflow. */
export function beginRotation(before: EntityState, operationId: string, now: number, policy: TimePolicy): Applied {
  const draft = new Draft(before, now);
  const obstacle = requestObstacle(before);
  if (obstacle !== null) {
    draft.set({ rotationObstacle: obstacle });
    if (obstacle === 'ManualRotationNeeded') openTask(draft, 'rotation');
    draft.attention('rotation', obstacle);
    draft.event({ type: 'registration.attention', reason: obstacle, message: explain(obstacle), operationId });
    return draft.finish();
  }
  draft.set({
    ...backOffAnew(before),
    rotation: { operationId, actor: 'system' },
  });
  draft.clearAttention('pace');
  const inside = nextAttemptOf(before, now, policy).moved === 'inside' ? ('RotationInsideFreezeWindow' as const) : null;
  draft.event({
    type: 'credential.rotation-started',
    reason: inside ?? undefined,
    message: `The credential is due for rotation.${inside === null ? '' : ` ${explain(inside)}`}`,
    operationId,
  });
  return draft.finish();
}

/** Records that time alone changed the health of the credential, or brought the client's own end near. */
export function noteHealth(before: EntityState, now: number): Applied {
  const draft = new Draft(before, now);
  const from = before.credentialHealth;
  const to = healthOf(before, now);
  if (to === 'expired') draft.attention('expiry', 'CredentialExpired');
  tellClientEnd(draft);
  const isOverdueNoMore = to === 'healthy' && before.attentions.some(({ reason }) => reason === 'RotationOverdue');
  if (isOverdueNoMore) tellRotationAnew(draft);
  else tellOverdue(draft);
  if (from === to) {
    const message = explain('ClientEndsSoon');
    draft.event({ type: 'registration.attention', reason: 'ClientEndsSoon', message });
    return draft.finish();
  }
  draft.event({
    type: 'credential.health-changed',
    reason: to === 'expired' ? 'CredentialExpired' : undefined,
    message: `The health of the credential went from ${from} to ${to}.`,
    changes: { credentialHealth: { from, to } },
  });
  return draft.finish();
}
