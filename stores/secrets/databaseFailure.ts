import { SecretStoreError } from '../../domain/ports/secretStore.ts';
import { SealError } from '../crypto/sealer.ts';

/** SQLSTATE classes (PostgreSQL appendix A) that pass by themselves: connection, rollback, resources, intervention. */
const transientClasses = ['08', '40', '53', '55', '57', '58'];

function sqlStateOf(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

/** Says what happened without the driver's text: PostgreSQL puts values into it. */
export function databaseFailure(name: string | null, error: unknown): SecretStoreError {
  if (error instanceof SecretStoreError) return error;
  const what = name === null ? 'the secrets table' : `secret ${name}`;
  if (error instanceof SealError) return new SecretStoreError('refused', `${what}: ${error.message}`);
  const state = sqlStateOf(error);
  if (state === null || transientClasses.includes(state.slice(0, 2)))
    return new SecretStoreError('unavailable', `the database did not answer for ${what}`);
  return new SecretStoreError('refused', `the database refused ${what} (SQLSTATE ${state})`);
}
