import type { OnboardFacts, OnboardStop } from '../ports/onboarding.ts';
import type { DiscoveryView } from '../registration/view.ts';
import type { TimePolicy } from '../time/policy.ts';
import { afterDiscovery, afterDiscoveryFailure } from './after/discovery.ts';
import { afterProof } from './after/proof.ts';
import { afterRequest, afterRequestFailure } from './after/request.ts';
import { type Applied, followedBy } from './draft.ts';
import { nextStep } from './nextStep.ts';
import { openRequest } from './openRequest.ts';
import type { EntityState, OpenRequest } from './state.ts';
import { keepingOperations } from './waking/openOperations.ts';
import { wakeTime } from './waking/rest.ts';

/** Made by the workflow: of the registration that may come. */
export interface OnboardIds {
  readonly intentId: string;
  readonly operationId: string;
}

/** Whether the discovery that comes next may be the first part of one whole step. Once that fell back, it is not. */
export function mayOnboard(state: EntityState): boolean {
  const { phase, attempts, request, current, pending, activeOperation, operations } = state;
  const fresh = phase === 'discovering' && attempts === 0 && request === null;
  return fresh && current === null && pending === null && activeOperation === null && operations.length === 0;
}

export type Judgement =
  /** What is recorded, in one transaction with the prepared request, before that is sent. */
  | { readonly kind: 'registers'; readonly applied: Applied; readonly wakeAt: number | null }
  | { readonly kind: 'stops'; readonly at: Exclude<OnboardStop, 'discovery' | 'time'> };

/** What an entity would do next that found these documents: the same as it decides by single steps. */
export function judgeOnboarding(
  before: EntityState,
  found: DiscoveryView,
  ids: OnboardIds,
  now: number,
  policy: TimePolicy,
): Judgement {
  if (before.operations.length > 0) return { kind: 'stops', at: 'operation' };
  const discovered = afterDiscovery(before, found, now);
  const step = nextStep(discovered.state, now, policy);
  if (step.do !== 'register') return { kind: 'stops', at: 'decision' };
  const state = openRequest(discovered.state, step, ids, now, policy);
  const { transitions } = discovered;
  return { kind: 'registers', applied: { state, transitions }, wakeAt: wakeTime(nextStep(state, now, policy), now) };
}

export interface Onboarded {
  /** What the records hold since; null = the step recorded nothing. */
  readonly recorded: { readonly state: EntityState; readonly wakeAt: number | null } | null;
  /** What follows from the rest, on the recorded state with all that came in meanwhile. */
  readonly applied: Applied;
  /** False where its turn at the server had not come: it is asked for again. */
  readonly begun: boolean;
}

/**
 * What follows from an onboarding, drawn by the functions of the single steps.
 *
 * @param before the state that it was given.
 * @param latest the state as it is now: operations may have come in.
 */
export function afterOnboarding(
  before: EntityState,
  latest: EntityState,
  facts: OnboardFacts,
  ids: OnboardIds,
  now: number,
  policy: TimePolicy,
): Onboarded {
  if (facts.stoppedAt === 'discovery')
    return { recorded: null, applied: afterDiscoveryFailure(latest, facts.failure, now, policy), begun: true };
  if (facts.stoppedAt !== null)
    return { recorded: null, applied: afterDiscovery(latest, facts.found, now), begun: true };
  const judged = judgeOnboarding(before, facts.found, ids, facts.recordedAt, policy);
  if (judged.kind === 'stops') throw new Error('the step registered where the entity would not');
  const { state } = judged.applied;
  const { request } = state;
  if (request === null) throw new Error('an onboarding opens a request');
  const applied = afterSending(keepingOperations(state, latest), request, facts, now, policy);
  return { recorded: { state, wakeAt: judged.wakeAt }, applied, begun: true };
}

function afterSending(
  state: EntityState,
  open: OpenRequest,
  { request, proof }: Extract<OnboardFacts, { stoppedAt: null }>,
  now: number,
  policy: TimePolicy,
): Applied {
  if (request.kind === 'failed') return afterRequestFailure(state, open, request.failure, now, policy);
  const settled = afterRequest(state, open, request, now, policy);
  return proof === null ? settled : followedBy(settled, afterProof(settled.state, proof, now, policy));
}
