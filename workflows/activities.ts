import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import { type LocalActivities, type PeerActivities, peerTaskQueue } from '../domain/ports.ts';
import type { TimePolicy } from '../domain/timePolicy.ts';

/**
 * Activity stubs under one time policy. Nothing is retried by Temporal: what may be repeated is repeated by the
 * entity, where a person can see when (a pending activity retry is invisible in history).
 */
export function stubs(policy: TimePolicy) {
  const once = { maximumAttempts: 1 };
  const unrepeatable = proxyActivities<Pick<PeerActivities, 'register' | 'update'>>({
    taskQueue: peerTaskQueue,
    startToCloseTimeout: policy.requestStep,
    retry: once,
  });
  const repeatable = proxyActivities<Omit<PeerActivities, 'register' | 'update'>>({
    taskQueue: peerTaskQueue,
    startToCloseTimeout: policy.repeatableStep,
    retry: once,
  });
  const local = proxyLocalActivities<LocalActivities>({
    startToCloseTimeout: '20 seconds',
    retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
  });
  return { unrepeatable, repeatable, local };
}

export type Stubs = ReturnType<typeof stubs>;
