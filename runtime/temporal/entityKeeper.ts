import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { workflowIdOf } from '../../domain/ids.ts';
import { type EntityClient, EntityError } from '../../domain/operations/request.ts';
import type { EntityKeeper } from '../chores/reconciler.ts';
import { type FirstEnd, isWedged, mayBeWedged } from './wedged.ts';

/** Milliseconds for one question to Temporal. */
const deadline = 15_000;

/** Looks after entities through a Temporal client. */
export function createEntityKeeper(client: Client, entities: Pick<EntityClient, 'start' | 'refresh'>): EntityKeeper {
  /** Null: it does not run. */
  async function failuresOf(registrationId: string): Promise<{ runId: string; failures: number } | null> {
    try {
      const { status, runId, raw } = await client.workflow.getHandle(workflowIdOf(registrationId)).describe();
      if (status.name !== 'RUNNING') return null;
      // The attempt that is under way, or comes next, has not failed.
      return { runId, failures: (raw.pendingWorkflowTask?.attempt ?? 1) - 1 };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  /** Of the decisions that failed since the last one that did not. */
  async function firstEnd(registrationId: string, runId: string): Promise<FirstEnd> {
    const { events } = await client.workflow.getHandle(workflowIdOf(registrationId), runId).fetchHistory();
    const end = events?.findLast(
      ({ workflowTaskFailedEventAttributes: failed, workflowTaskTimedOutEventAttributes: timedOut }) =>
        failed != null || timedOut != null,
    );
    return end?.workflowTaskTimedOutEventAttributes == null ? 'failed' : 'timed-out';
  }

  async function keep(registrationId: string) {
    const found = await failuresOf(registrationId);
    if (found !== null) {
      const { runId, failures } = found;
      if (!mayBeWedged(failures) || !isWedged(failures, await firstEnd(registrationId, runId))) return 'running';
      const handle = client.workflow.getHandle(workflowIdOf(registrationId), found.runId);
      await handle.terminate('Its decisions failed again and again: it starts anew from its record.');
    }
    await entities.start(registrationId);
    return found === null ? 'started' : 'restarted';
  }

  /** Answers within the deadline, or fails as EntityError. */
  async function soon<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await client.withDeadline(Date.now() + deadline, ask);
    } catch (error) {
      if (error instanceof EntityError) throw error;
      throw new EntityError('unavailable', 'Temporal did not answer in time.');
    }
  }

  return {
    keep: (registrationId) => soon(() => keep(registrationId)),
    rouse: (registrationId) => soon(() => entities.refresh(registrationId)),
  };
}
