import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { OwnActivities, PeerActivities } from '../domain/ports/activities.ts';
import type { Decided } from '../domain/ports/entityState.ts';
import type { Onboarding } from '../domain/ports/onboarding.ts';
import type { StepPriority } from '../domain/servers/workPriority.ts';
import type { TimePolicy } from '../domain/time/policy.ts';

/**
 * Work on our own database: two tries of at most 3 s, the entity's own timer after that. The same under every policy,
 * as the policy comes by it.
 */
export const own = proxyLocalActivities<OwnActivities>({
  startToCloseTimeout: '3 seconds',
  retry: { initialInterval: '200 milliseconds', maximumAttempts: 2 },
});

/** Milliseconds after which the worker of a long step counts as dead. */
const heartbeatTimeout = 15_000;

/**
 * Activities that talk to a peer, under one time policy. Temporal retries none of them: what may be repeated is repeated
 * by the entity, where a person can see when (a pending activity retry is invisible in history).
 */
export function peersOf(
  policy: TimePolicy,
  peerTaskQueue: string,
  priority: StepPriority,
): PeerActivities & Onboarding {
  const once = { maximumAttempts: 1 };
  const unrepeatable = proxyActivities<Pick<PeerActivities, 'register' | 'update' | 'read'>>({
    taskQueue: peerTaskQueue,
    startToCloseTimeout: policy.requestStep,
    retry: once,
    priority,
  });
  const repeatable = proxyActivities<Omit<PeerActivities, 'register' | 'update' | 'read'>>({
    taskQueue: peerTaskQueue,
    startToCloseTimeout: policy.repeatableStep,
    retry: once,
    priority,
  });
  const { onboard } = proxyActivities<Onboarding>({
    taskQueue: peerTaskQueue,
    startToCloseTimeout: policy.requestStep,
    heartbeatTimeout,
    retry: once,
    priority,
  });
  return {
    onboard,
    register: unrepeatable.register,
    update: unrepeatable.update,
    read: unrepeatable.read,
    discover: repeatable.discover,
    settle: repeatable.settle,
    prove: repeatable.prove,
    probeSetAside: repeatable.probeSetAside,
    settleConflict: repeatable.settleConflict,
    storeSupplied: repeatable.storeSupplied,
    showEndpoints: repeatable.showEndpoints,
    retire: repeatable.retire,
  };
}

/** What an activity is asked with. */
export interface Asking {
  readonly peers: PeerActivities & Onboarding;
  readonly decided: Decided;
  readonly policy: TimePolicy;
}
