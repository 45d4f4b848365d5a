import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { OwnActivities, PeerActivities, Unrecorded } from '../domain/ports/activities.ts';
import type { TimePolicy } from '../domain/time/policy.ts';
import type { Outbox } from './outbox.ts';

/**
 * Activities under one time policy; those that talk to a peer carry what `outbox` holds. Temporal retries only the
 * work on our own database: what may be repeated elsewhere is repeated by the entity, where a person can see when
 * (a pending activity retry is invisible in history).
 */
export function stubs(policy: TimePolicy, outbox: Outbox, peerTaskQueue: string) {
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
  const untilDone = { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' } as const;
  const { entityStart, planMetadata } = proxyLocalActivities<Pick<OwnActivities, 'entityStart' | 'planMetadata'>>({
    startToCloseTimeout: '20 seconds',
    retry: untilDone,
  });
  const { record } = proxyActivities<Pick<OwnActivities, 'record'>>({
    startToCloseTimeout: policy.repeatableStep,
    retry: untilDone,
  });
  const carrying =
    <Argument, Result>(activity: (argument: Argument, unrecorded: Unrecorded) => Promise<Result>) =>
    (argument: Argument): Promise<Result> =>
      outbox.send((unrecorded) => activity(argument, unrecorded));
  return {
    entityStart,
    planMetadata,
    record,
    register: carrying(unrepeatable.register),
    update: carrying(unrepeatable.update),
    discover: carrying(repeatable.discover),
    settle: carrying(repeatable.settle),
    prove: carrying(repeatable.prove),
    storeSupplied: carrying(repeatable.storeSupplied),
    retire: carrying(repeatable.retire),
  };
}

export type Stubs = ReturnType<typeof stubs>;
