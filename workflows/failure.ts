import { ActivityFailure, ApplicationFailure, TemporalFailure, TimeoutFailure } from '@temporalio/workflow';
import type { Failure } from '../domain/ports/activities.ts';
import type { Reason } from '../domain/reasons/index.ts';

/** The registration has moved on without this entity. */
export class Outdated extends Error {
  /** The records refused what the entity was about to write, of which a person is told. */
  readonly conflict: boolean;
  constructor(conflict: boolean) {
    super();
    this.conflict = conflict;
  }
}

/**
 * The redacted failure that an activity ended with. A time-out means that nobody knows what happened.
 * Throws {@link Outdated} where it was refused for that. What is not an activity's failure is thrown on.
 */
export function failureOf(error: unknown): Failure {
  if (!isFailure(error)) throw error;
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (isOutdated(cause)) throw new Outdated(false);
  if (cause instanceof ApplicationFailure) {
    const detail = cause.details?.[0] as Partial<Failure> | undefined;
    return {
      reason: detail?.reason ?? 'OperationFailed',
      retryClass: detail?.retryClass ?? 'transient',
      status: detail?.status ?? null,
      retryAfterSeconds: detail?.retryAfterSeconds ?? null,
      message: cause.message,
      ...(detail?.reads === undefined ? {} : { reads: detail.reads }),
      ...(detail?.spooledAt === undefined ? {} : { spooledAt: detail.spooledAt }),
    };
  }
  const message = cause instanceof TimeoutFailure ? 'The step did not end in its time.' : 'The step did not end.';
  return { reason: 'PeerNotAnswering', retryClass: 'transient', status: null, retryAfterSeconds: null, message };
}

/** Whether an activity failed; a local one that came to its last try fails without the wrapping of the others. */
export function isFailure(error: unknown): error is TemporalFailure {
  return error instanceof TemporalFailure;
}

function isOutdated(cause: unknown): boolean {
  const reason: Reason = 'DecisionOutdated';
  return cause instanceof ApplicationFailure && cause.type === reason;
}
