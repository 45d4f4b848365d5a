import { describe, expect, it } from 'vitest';
import { SecretStoreError } from '../../../../domain/ports/secretStore.ts';
import { awsFailure } from '../../../../stores/secrets/awsFailure.ts';

const canary = 'planted-secret-value';

function awsError(name: string, status: number | null): Error {
  const error = new Error(`1 validation error: value '${canary}' at 'secretString'`);
  error.name = name;
  return Object.assign(error, status === null ? {} : { $metadata: { httpStatusCode: status } });
}

describe('awsFailure', () => {
  it.each([
    ['ResourceNotFoundException', 400, 'not-found'],
    ['ResourceExistsException', 400, 'conflict'],
    ['AccessDeniedException', 400, 'refused'],
    ['InvalidRequestException', 400, 'refused'],
    ['LimitExceededException', 400, 'refused'],
    ['ThrottlingException', 400, 'unavailable'],
    ['ExpiredTokenException', 400, 'unavailable'],
    ['InternalServiceError', 500, 'unavailable'],
    ['UnknownError', 502, 'unavailable'],
    ['UnknownError', 429, 'unavailable'],
    ['TimeoutError', null, 'unavailable'],
    ['AbortError', null, 'unavailable'],
  ])('%s with status %s is %s', (name, status, code) => {
    const failure = awsFailure('store secret smart/x/client', awsError(name, status));
    expect(failure.code).toBe(code);
    expect(failure.message).toContain('store secret smart/x/client');
    expect(failure.cause).toBeUndefined();
    expect(`${failure.message}${failure.stack}`).not.toContain(canary);
  });

  it('does not trust the error name of the peer', () => {
    const failure = awsFailure('read', awsError(`<${canary}>`, 400));
    expect(failure.message).toBe('could not read in AWS Secrets Manager (UnknownError, status 400)');
  });

  it('says what to set when the SDK lacks region or credentials', () => {
    expect(awsFailure('read', new Error('Region is missing')).message).toContain('AWS_REGION');
    expect(awsFailure('read', awsError('CredentialsProviderError', null)).message).toContain('no AWS credentials');
  });

  it('passes its own errors through', () => {
    const own = new SecretStoreError('conflict', 'x');
    expect(awsFailure('read', own)).toBe(own);
  });
});
