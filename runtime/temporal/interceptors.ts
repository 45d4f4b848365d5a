import { ApplicationFailure, CancelledFailure, type TemporalFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { RegistrarFailure, type RetryClass } from '../../domain/failure.ts';
import type { Failure } from '../../domain/ports/activities.ts';
import type { RecordsErrorCode } from '../../domain/ports/recordsError.ts';
import { RecordsError } from '../../domain/ports/recordsError.ts';
import { SecretStoreError, type SecretStoreErrorCode } from '../../domain/ports/secretStore.ts';
import type { Reason } from '../../domain/reasons/index.ts';
import { SealError } from '../../stores/crypto/keyring.ts';
import type { Log } from '../log/log.ts';
import { isRedacted, markRedacted, redacted } from './redacted.ts';

const secretStoreReasons: Record<SecretStoreErrorCode, { reason: Reason; retryClass: RetryClass }> = {
  unavailable: { reason: 'SecretStoreUnavailable', retryClass: 'transient' },
  conflict: { reason: 'SecretStoreConflict', retryClass: 'input' },
  refused: { reason: 'SecretStoreRefused', retryClass: 'input' },
  'not-found': { reason: 'SecretStoreRefused', retryClass: 'input' },
};

function ofRecords(code: RecordsErrorCode): { reason: Reason; retryClass: RetryClass } {
  if (code === 'unavailable') return { reason: 'RecordsUnavailable', retryClass: 'transient' };
  // The same event again would be refused again: the entity starts anew from the records.
  if (code === 'sequence-conflict') return { reason: 'RecordsConflict', retryClass: 'input' };
  return { reason: 'OperationFailed', retryClass: 'bug' };
}

/** What our own errors tell; null for errors of others. */
function foreseen(error: unknown): Failure | null {
  if (error instanceof RegistrarFailure) {
    const { reason, retryClass, status, retryAfterSeconds, message, reads, spooledAt } = error;
    const more = { ...(reads === 0 ? {} : { reads }), ...(spooledAt === null ? {} : { spooledAt }) };
    return { reason, retryClass, status, retryAfterSeconds, message, ...more };
  }
  const blank = { status: null, retryAfterSeconds: null };
  if (error instanceof SecretStoreError) return { ...secretStoreReasons[error.code], ...blank, message: error.message };
  if (error instanceof RecordsError) return { ...ofRecords(error.code), ...blank, message: error.message };
  if (error instanceof SealError)
    return { reason: 'OperationFailed', retryClass: 'bug', ...blank, message: error.message };
  return null;
}

/**
 * The failure that the workflow gets for whatever an activity threw. `details[0]` is a {@link Failure} without message;
 * `type` is its reason, `Bug`, or `UnexpectedError` for what nobody foresaw.
 */
export function toFailure(error: unknown): TemporalFailure {
  if (isRedacted(error)) return error;
  const known = foreseen(error);
  if (known === null) return redacted(error);
  const { message, ...details } = known;
  return markRedacted(
    ApplicationFailure.create({
      type: known.retryClass === 'bug' ? 'Bug' : known.reason,
      message,
      nonRetryable: known.retryClass === 'input' || known.retryClass === 'token',
      details: [details],
      ...(known.retryAfterSeconds === null ? {} : { nextRetryDelay: known.retryAfterSeconds * 1000 }),
    }),
  );
}

function isAbort(error: unknown): boolean {
  return error instanceof CancelledFailure || (error instanceof Error && error.name === 'AbortError');
}

/** Makes every failure of an activity a redacted one (DESIGN section 5); must be the outermost interceptor. */
export function redactFailures(log: Log): ActivityInterceptorsFactory {
  return ({ info, cancellationSignal }) => ({
    inbound: {
      async execute(input, next) {
        try {
          return await next(input);
        } catch (error) {
          if (cancellationSignal.aborted && isAbort(error)) throw new CancelledFailure('The activity was cancelled.');
          const fields = {
            activityType: info.activityType,
            workflowId: info.workflowExecution?.workflowId,
            attempt: info.attempt,
          };
          const known = foreseen(error);
          if (known === null) log.error('activity.unexpected-error', fields, error);
          else if (known.retryClass === 'bug' || known.reason === 'RecordsConflict')
            log.error('activity.failed', { ...fields, reason: known.reason }, error);
          else
            log.info('activity.failed', {
              ...fields,
              reason: known.reason,
              retryClass: known.retryClass,
              status: known.status ?? undefined,
            });
          throw toFailure(error);
        }
      },
    },
  });
}
