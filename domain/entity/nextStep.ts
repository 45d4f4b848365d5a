import { nearerEnd } from '../credential/dueTime.ts';
import { nextTokenAt } from '../credential/pace/bucket.ts';
import { rereadPhases } from '../discovery/rereadPhases.ts';
import type { TimePolicy } from '../time/policy.ts';
import { firstReadAt, readsFirst } from './clients/known.ts';
import { isGated } from './gates.ts';
import {
  clientDueOf,
  clientEndUntold,
  dueOf,
  healthOf,
  isProbed,
  isProvable,
  overdueOf,
  secretDueOf,
  secretOverdueOf,
} from './health.ts';
import { operationAhead } from './holding.ts';
import { nextAttemptOf, rotationStart } from './rotation/attempt.ts';
import { newerThan } from './rotation/newer.ts';
import { givesUpAnswerAt } from './spooledAnswer.ts';
import type { EntityState, MetadataChange, OpenRequest, Operation, Rotation } from './state.ts';
import { isSuspended } from './suspension.ts';
import { nextTaskMoment } from './task.ts';

/** The one bounded thing an entity does next. The first seven need nothing but the state; the others are activities. */
export type Step =
  | { readonly do: 'finish' }
  /** Until a time, or (null) until an operation comes. */
  | { readonly do: 'wait'; readonly until: number | null }
  | { readonly do: 'note-health' }
  | { readonly do: 'tell-of-task' }
  | { readonly do: 'begin-operation'; readonly operation: Operation }
  | { readonly do: 'begin-rotation' }
  | { readonly do: 'give-up-answer' }
  | { readonly do: 'discover' }
  | { readonly do: 'register' }
  | { readonly do: 'plan-change'; readonly operation: Operation<'changeMetadata'> }
  | { readonly do: 'change'; readonly change: MetadataChange }
  | { readonly do: 'probe-set-aside' }
  | { readonly do: 'update' }
  | { readonly do: 'read' }
  | { readonly do: 'show-endpoints' }
  | { readonly do: 'settle'; readonly request: OpenRequest }
  | { readonly do: 'store-supplied'; readonly operation: Operation<'supplyCredential'> }
  | { readonly do: 'settle-conflict'; readonly operation: Operation<'acceptCurrent' | 'overwrite'> }
  | { readonly do: 'prove' }
  | { readonly do: 'retire' };

/** What is to be done now (milliseconds since the epoch), judged from state alone. */
export function nextStep(state: EntityState, now: number, policy: TimePolicy): Step {
  const step = mainStep(state, now, policy);
  const readAt = step.do === 'wait' ? rediscoveryAt(state) : null;
  if (step.do !== 'wait' || readAt === null) return step;
  return readAt <= now ? { do: 'discover' } : { do: 'wait', until: Math.min(step.until ?? readAt, readAt) };
}

/**
 * When the discovery documents are read again after a try that failed, or at once after a change; null = not by itself:
 * the watch reads them, and asks for a reading here when they are others.
 */
function rediscoveryAt(state: EntityState): number | null {
  const { phase, discoveredAt, discoveryRetryAt } = state;
  return discoveredAt !== null && rereadPhases.includes(phase) && !isSuspended(state) ? discoveryRetryAt : null;
}

function mainStep(state: EntityState, now: number, policy: TimePolicy): Step {
  if (state.phase === 'retired') {
    const [late] = state.operations;
    return late === undefined ? { do: 'finish' } : { do: 'begin-operation', operation: late };
  }
  if (healthOf(state, now) !== state.credentialHealth || clientEndUntold(state, now)) return { do: 'note-health' };
  const taskAt = nextTaskMoment(state, policy);
  if (taskAt !== null && taskAt <= now) return { do: 'tell-of-task' };
  const step = workStep(state, now, policy);
  if (step.do !== 'wait' || taskAt === null) return step;
  return { do: 'wait', until: Math.min(taskAt, step.until ?? taskAt) };
}

/** Settling, then what says whether anything is done at all; the rest only where neither suspension nor a hold is in its way. */
function workStep(state: EntityState, now: number, policy: TimePolicy): Step {
  if (state.request !== null) return settlingStep(state, state.request, now, policy);
  const ahead = operationAhead(state);
  if (ahead !== undefined) return { do: 'begin-operation', operation: ahead };
  if (isSuspended(state)) return restStep(state, now);
  const step = freeStep(state, now, policy);
  return isGated(state, step.do) ? restStep(state, now) : step;
}

/** A deletion waits until it is known what there is to delete. */
function settlingStep(state: EntityState, request: OpenRequest, now: number, policy: TimePolicy): Step {
  const givesUpAt = givesUpAnswerAt(state, policy);
  if (givesUpAt !== null && givesUpAt <= now) return { do: 'give-up-answer' };
  const step = whenDue(state, now, { do: 'settle', request });
  if (step.do !== 'wait') return step;
  const ahead = operationAhead(state, ['retire']);
  if (ahead !== undefined) return { do: 'begin-operation', operation: ahead };
  return { do: 'wait', until: earliest([step.until, givesUpAt], now) };
}

function restStep(state: EntityState, now: number): Step {
  return { do: 'wait', until: earliestHealthChange(state, now) };
}

function freeStep(state: EntityState, now: number, policy: TimePolicy): Step {
  const [operation] = state.operations;
  if (operation !== undefined && state.activeOperation === null) return { do: 'begin-operation', operation };
  if (state.activeOperation?.kind === 'changeMetadata') {
    if (state.change == null) return whenDue(state, now, { do: 'plan-change', operation: state.activeOperation });
    // Of a client that a person registered nothing may be sent that is not known.
    const reads = state.current?.supplied === true && readsFirst(state, now, policy);
    return whenPaid(state, now, policy, reads ? { do: 'read' } : { do: 'change', change: state.change });
  }
  if (state.activeOperation?.kind === 'discover') return whenDue(state, now, { do: 'discover' });
  if (state.activeOperation?.kind === 'supplyCredential')
    return whenDue(state, now, { do: 'store-supplied', operation: state.activeOperation });
  if (state.activeOperation?.kind === 'acceptCurrent' || state.activeOperation?.kind === 'overwrite')
    return whenDue(state, now, { do: 'settle-conflict', operation: state.activeOperation });
  switch (state.phase) {
    case 'discovering':
      return whenDue(state, now, { do: 'discover' });
    case 'registering':
      return whenPaid(state, now, policy, { do: 'register' });
    case 'verifying':
    case 'awaiting_enablement':
      return whenDue(state, now, { do: 'prove' });
    case 'retiring':
      return whenPaid(state, now, policy, { do: 'retire' });
    case 'active':
      return activeStep(state, now, policy);
    default:
      return { do: 'wait', until: null };
  }
}

function activeStep(state: EntityState, now: number, policy: TimePolicy): Step {
  const proves = state.pending !== null || state.activeOperation?.kind === 'verify' || state.holderUnread === true;
  if (proves) return whenDue(state, now, { do: 'prove' });
  if (state.endpointsMoved && state.current?.place === 'client') return whenDue(state, now, { do: 'show-endpoints' });
  const probeAt = isProbed(state) && isProvable(state) ? (state.nextAttemptAt ?? now) : null;
  const doubtAt = state.doubtedSince === undefined ? null : probeAt;
  if (doubtAt !== null && doubtAt <= now) return { do: 'prove' };
  if (state.rotation !== null) {
    const step = rotationStep(state, state.rotation, now, policy);
    return step.do === 'wait' ? { do: 'wait', until: earliest([step.until, doubtAt], now) } : step;
  }
  const rotateAt = rotationStart(state, now, policy);
  if (rotateAt !== null && rotateAt <= now) return { do: 'begin-rotation' };
  const readAt = firstReadWhenPaid(state, policy);
  if (readAt !== null && readAt <= now) return { do: 'read' };
  // The watch proves what is good. A rejected one is probed here, with back-off, so that a client that is enabled again
  // is taken up by itself.
  if (probeAt !== null && probeAt <= now) return { do: 'prove' };
  return { do: 'wait', until: earliest([rotateAt, readAt, probeAt, ...healthChanges(state)], now) };
}

/** It holds nothing up: it waits for its turn and for the back-off of what else is tried. */
function firstReadWhenPaid(state: EntityState, policy: TimePolicy): number | null {
  const at = firstReadAt(state, policy);
  if (at === null) return null;
  return Math.max(at, nextTokenAt(state.rotationPace.bucket, policy) ?? 0, state.nextAttemptAt ?? 0);
}

/** Before the server is asked for another secret, those that it gave and that were not good are tried again. */
function rotationStep(state: EntityState, rotation: Rotation, now: number, policy: TimePolicy): Step {
  const paceAt = rotation.waits === true ? nextAttemptOf(state, now, policy).at : null;
  const own = rotation.delayed === true || !isProbed(state);
  const begun = own ? state : { ...state, nextAttemptAt: null };
  if (rotation.probed === true || newerThan(state.setAside, state.current).length === 0)
    return whenPaid(begun, now, policy, { do: readsFirst(state, now, policy) ? 'read' : 'update' }, paceAt);
  return whenDue(begun, now, { do: 'probe-set-aside' }, paceAt);
}

function healthChanges(state: EntityState): (number | null)[] {
  const end = state.current === null ? null : nearerEnd(state.current);
  const secret = [secretDueOf(state).at, secretOverdueOf(state)];
  return [...secret, dueOf(state), overdueOf(state), clientDueOf(state), end?.at ?? null];
}

/** Null = never. */
function earliest(times: readonly (number | null)[], now: number): number | null {
  const ahead = times.filter((time): time is number => time !== null && time > now && Number.isFinite(time));
  return ahead.length === 0 ? null : Math.min(...ahead);
}

/** A request to the client's registration endpoints, once the ceiling of requests allows one. */
function whenPaid(
  state: EntityState,
  now: number,
  policy: TimePolicy,
  step: Step,
  notBefore: number | null = null,
): Step {
  return whenDue(state, now, step, nextTokenAt(state.rotationPace.bucket, policy), notBefore);
}

function whenDue(state: EntityState, now: number, step: Step, ...notBefore: readonly (number | null)[]): Step {
  const at = Math.max(...[state.nextAttemptAt, ...notBefore].map((time) => time ?? Number.NEGATIVE_INFINITY));
  if (at <= now) return step;
  return { do: 'wait', until: Math.min(at, earliestHealthChange(state, now) ?? at) };
}

function earliestHealthChange(state: EntityState, now: number): number | null {
  return earliest(healthChanges(state), now);
}
