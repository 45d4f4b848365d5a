import { describe, expect, it } from 'vitest';
import { SecretStoreError } from '../../../../domain/ports/secretStore.ts';
import { SealError } from '../../../../stores/crypto/keyring.ts';
import { databaseFailure } from '../../../../stores/secrets/databaseFailure.ts';

const canary = 'planted-secret-value';
const driverError = (code?: string) => Object.assign(new Error(`Key (x)=(${canary})`), code ? { code } : {});

describe('databaseFailure', () => {
  it.each([
    ['08006', 'unavailable'],
    ['40001', 'unavailable'],
    ['40P01', 'unavailable'],
    ['57P01', 'unavailable'],
    ['42501', 'refused'],
    ['23505', 'refused'],
    ['ECONNREFUSED', 'unavailable'],
    [undefined, 'unavailable'],
  ])('%s is %s', (sqlState, code) => {
    const failure = databaseFailure('smart/x/client', driverError(sqlState));
    expect(failure.code).toBe(code);
    expect(`${failure.message}${failure.stack}`).not.toContain(canary);
    expect(failure.cause).toBeUndefined();
  });

  it('says that a row cannot be opened', () => {
    const failure = databaseFailure('smart/x/client', new SealError('unknown-key'));
    expect(failure.code).toBe('refused');
    expect(failure.message).toContain('master key');
  });

  it('passes its own errors through', () => {
    const own = new SecretStoreError('conflict', 'x');
    expect(databaseFailure(null, own)).toBe(own);
  });
});
