import { ActivityFailure, ApplicationFailure, isCancellation, TimeoutFailure } from '@temporalio/workflow';
import type { Failure } from '../domain/ports/activities.ts';
import type { Reason } from '../domain/reasons/index.ts';

/** The records hold other events than the entity was about to write. */
export class RecordsConflict extends Error {}

/** The error itself, or {@link RecordsConflict} when an activity ended because the records refused an event. */
export function recordsConflictOr(error: unknown): unknown {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  const reason: Reason = 'RecordsConflict';
  return cause instanceof ApplicationFailure && cause.type === reason ? new RecordsConflict() : error;
}

/**
 * The redacted failure that an activity ended with. A time-out means that nobody knows what happened.
 * Cancellation and everything that is not an activity's failure is thrown on.
 */
export function failureOf(error: unknown): Failure {
  if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
  if (error.cause instanceof ApplicationFailure) {
    const detail = error.cause.details?.[0] as Partial<Failure> | undefined;
    return {
      reason: detail?.reason ?? 'OperationFailed',
      retryClass: detail?.retryClass ?? 'transient',
      status: detail?.status ?? null,
      retryAfterSeconds: detail?.retryAfterSeconds ?? null,
      message: error.cause.message,
    };
  }
  const message = error.cause instanceof TimeoutFailure ? 'The step did not end in its time.' : 'The step did not end.';
  return { reason: 'PeerNotAnswering', retryClass: 'transient', status: null, retryAfterSeconds: null, message };
}
