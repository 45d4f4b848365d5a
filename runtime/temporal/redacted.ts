import { ApplicationFailure, CancelledFailure, type TemporalFailure } from '@temporalio/common';

/** Registered, as the SDK loads the failure converter as another instance of the module than the worker's. */
const mark = Symbol.for('smart-registrar.redacted');

/** Type of a failure that nobody foresaw. */
export const unexpectedErrorType = 'UnexpectedError';

/** Failures that the SDK makes itself, with fixed texts, when an activity is reset, paused or cannot send heartbeats. */
const sdkTypes = new Set(['ActivityReset', 'ActivityPause', 'CancelledFailure']);

const className = /^[A-Za-z_$][\w$]{0,79}$/;

/** Marks a failure whose every part may be shown. */
export function markRedacted<Failure extends ApplicationFailure>(failure: Failure): Failure {
  Object.defineProperty(failure, mark, { value: true });
  failure.stack = '';
  return failure;
}

export function isRedacted(error: unknown): error is ApplicationFailure {
  return error instanceof ApplicationFailure && mark in error;
}

/** Class of whatever was thrown, as far as it may be shown. */
export function classNameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const wrapped = error instanceof ApplicationFailure ? error.type : undefined;
  const name: unknown = wrapped ?? error.constructor.name;
  return typeof name === 'string' && className.test(name) ? name : 'Error';
}

/** What remains of an error that nobody foresaw: its class. Message, cause and properties may hold anything. */
export function redacted(error: unknown): TemporalFailure {
  if (error instanceof CancelledFailure) return new CancelledFailure('The activity was cancelled.');
  const name = classNameOf(error);
  const isSdks = error instanceof ApplicationFailure && sdkTypes.has(name);
  const details = { reason: 'OperationFailed', retryClass: 'bug', status: null, retryAfterSeconds: null };
  return markRedacted(
    ApplicationFailure.create({ type: isSdks ? name : unexpectedErrorType, message: name, details: [details] }),
  );
}
