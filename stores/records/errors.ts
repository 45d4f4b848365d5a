/** SQLSTATE of an error of the database drivers, or null. */
import { RecordsError } from '../../domain/ports/recordsError.ts';
export function sqlState(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code) ? code : null;
}

/** Whether a unique index refused the row. */
export function isUniqueViolation(error: unknown): boolean {
  return sqlState(error) === '23505';
}

/** Classes and codes after which the same statement can succeed later (PostgreSQL 15, appendix A). */
const laterClasses = ['08', '28', '3D', '40', '53', '57', '58'];
const laterCodes = ['25006', '25P03', '55P03'];

/**
 * What a caller may be told. A driver's message can quote a row or a parameter, so nothing of it is kept but the
 * SQLSTATE; there is no cause.
 */
export function toRecordsError(error: unknown): RecordsError {
  if (error instanceof RecordsError) return error;
  const state = sqlState(error);
  if (state !== null)
    return laterClasses.includes(state.slice(0, 2)) || laterCodes.includes(state)
      ? new RecordsError('unavailable', `The database cannot be used now (SQLSTATE ${state}); try again.`)
      : new RecordsError('failed', `The database refused a statement (SQLSTATE ${state}).`);
  const kind = error instanceof Error ? error.name : typeof error;
  // Drivers report lost connections and timeouts as plain errors; everything else is a defect or damaged data.
  if (kind === 'Error' || kind === 'AggregateError' || kind === 'AbortedTransactionError')
    return new RecordsError('unavailable', 'The database does not answer; try again.');
  return keepFrames(new RecordsError('failed', `A record could not be read or written (${kind}).`), error);
}

/** Frames name code, never values; the first line of a stack is the message and is left out. */
function keepFrames(shown: RecordsError, error: unknown): RecordsError {
  const frames = (error instanceof Error ? (error.stack ?? '') : '').split('\n').filter((line) => /^\s+at /.test(line));
  if (frames.length > 0) shown.stack = [`RecordsError: ${shown.message}`, ...frames].join('\n');
  return shown;
}

/** The same functions, rejecting with {@link RecordsError} only. */
export function guarded<Functions extends object>(functions: Functions): Functions {
  const wrapped = Object.entries(functions).map(([name, implementation]) => [
    name,
    async (...args: unknown[]) => {
      try {
        return await (implementation as (...all: unknown[]) => Promise<unknown>)(...args);
      } catch (error) {
        throw toRecordsError(error);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as Functions;
}
