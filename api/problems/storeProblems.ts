import type { EntityError } from '../../domain/operations/request.ts';
import type { RecordsError } from '../../domain/ports/recordsError.ts';
import { notFound, ProblemError, type ProblemName } from './problem.ts';

/** What a refusal of the records means to the caller; null when it is a defect of ours. */
export function problemOfRecordsError(error: RecordsError): ProblemError | null {
  switch (error.code) {
    case 'exists':
      return pointed('already-exists', error);
    case 'unknown-application':
      return pointed('unknown-application', error);
    case 'cannot-share':
      return pointed('cannot-share', error);
    case 'not-empty':
      return new ProblemError('not-empty', error.message);
    case 'not-found':
      return notFound('thing');
    case 'invalid-cursor':
      return parameter('cursor', 'is not one that this list gave; start again without it');
    case 'invalid-sort':
      return parameter('sort', 'this list cannot be sorted by that');
    case 'unavailable':
      return new ProblemError('unavailable', 'The database does not answer. Try again in a moment.', {
        headers: { 'retry-after': '5' },
      });
    case 'open-intent':
    case 'sequence-conflict':
    case 'failed':
      return null;
  }
}

function pointed(name: ProblemName, { message, pointer }: RecordsError): ProblemError {
  return new ProblemError(name, message, pointer === null ? {} : { errors: [{ pointer, message }] });
}

function parameter(name: string, message: string): ProblemError {
  return new ProblemError('validation-failed', `${name}: ${message}.`, { errors: [{ parameter: name, message }] });
}

/** What a refusal of an entity means to the caller. */
export function problemOfEntityError(error: EntityError): ProblemError {
  if (error.code === 'refused')
    return new ProblemError('operation-refused', error.message, { reason: 'OperationNotPossible' });
  return new ProblemError('unavailable', 'The durable engine (Temporal) does not answer. Try again in a moment.', {
    headers: { 'retry-after': '5' },
  });
}
