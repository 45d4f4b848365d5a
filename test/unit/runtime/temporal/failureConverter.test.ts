import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  defaultPayloadConverter,
  type ProtoFailure,
} from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { RegistrarFailure } from '../../../../domain/failure.ts';
import { RecordsError } from '../../../../domain/ports/recordsError.ts';
import { SecretStoreError } from '../../../../domain/ports/secretStore.ts';
import { failureConverter } from '../../../../runtime/temporal/failureConverter.ts';
import { toFailure } from '../../../../runtime/temporal/interceptors.ts';
import { SealError } from '../../../../stores/crypto/keyring.ts';

const canary = 'planted-secret-7f3a91';
const workflow = { type: 'workflow', namespace: 'n', workflowId: 'w' } as const;
const activity = { type: 'activity', namespace: 'n', workflowId: 'w', isLocal: false } as const;
const convert = (error: unknown, context: typeof workflow | typeof activity): ProtoFailure =>
  failureConverter.errorToFailure(error, defaultPayloadConverter, context);
const attributesOf = (failure: ProtoFailure) =>
  JSON.parse(Buffer.from(failure.encodedAttributes?.data ?? []).toString()) as { message: string; stack_trace: string };

/** All text of a failure, the bytes of its payloads included. */
function textOf(failure: ProtoFailure): string {
  return JSON.stringify(failure, (_name, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString() : value,
  );
}

const leaky = () => Object.assign(new Error(canary, { cause: new Error(canary) }), { body: canary });

describe('failures of activities', () => {
  it.each([
    ['an error of a library', leaky()],
    ['an ApplicationFailure that the SDK made of one', ApplicationFailure.fromError(leaky())],
    ['an ApplicationFailure with details', ApplicationFailure.create({ message: canary, details: [canary] })],
    ['text', canary],
    ['an object', { client_secret: canary }],
    ['an error of a hostile class name', Object.assign(new Error('x'), { constructor: { name: canary } })],
    ['a cancellation', new CancelledFailure(canary, [canary], leaky())],
    ['nothing', undefined],
  ])('%s loses all but its class, with and without the interceptor', (_name, error) => {
    expect(textOf(convert(error, activity))).not.toContain(canary);
    expect(textOf(convert(toFailure(error), activity))).not.toContain(canary);
  });

  it('passes what the interceptor made, message encoded', () => {
    const given = new RegistrarFailure({ reason: 'PeerNotAnswering', retryClass: 'transient', message: 'later' });
    const failure = convert(toFailure(given), activity);
    expect(failure.message).toBe('Encoded failure');
    expect(attributesOf(failure)).toEqual({ message: 'later', stack_trace: '' });
    expect(failure.applicationFailureInfo).toMatchObject({ type: 'PeerNotAnswering', nonRetryable: false });
  });

  it('keeps the types of failures that the SDK makes itself', () => {
    const failure = convert(new ApplicationFailure('Activity paused', 'ActivityPause'), activity);
    expect(failure.applicationFailureInfo?.type).toBe('ActivityPause');
  });
});

describe('toFailure', () => {
  const registrar = (retryClass: 'input' | 'token' | 'transient' | 'bug') =>
    new RegistrarFailure({ reason: 'UpdateRejected', retryClass, message: 'm', status: 400 });
  it.each([
    [registrar('input'), 'UpdateRejected', true, 'UpdateRejected', 'input'],
    [registrar('token'), 'UpdateRejected', true, 'UpdateRejected', 'token'],
    [registrar('transient'), 'UpdateRejected', false, 'UpdateRejected', 'transient'],
    [registrar('bug'), 'Bug', false, 'UpdateRejected', 'bug'],
    [new SecretStoreError('unavailable', 'm'), 'SecretStoreUnavailable', false, 'SecretStoreUnavailable', 'transient'],
    [new SecretStoreError('conflict', 'm'), 'SecretStoreConflict', true, 'SecretStoreConflict', 'input'],
    [new SecretStoreError('refused', 'm'), 'SecretStoreRefused', true, 'SecretStoreRefused', 'input'],
    [new SecretStoreError('not-found', 'm'), 'SecretStoreRefused', true, 'SecretStoreRefused', 'input'],
    [new RecordsError('unavailable', 'm'), 'RecordsUnavailable', false, 'RecordsUnavailable', 'transient'],
    [new RecordsError('sequence-conflict', 'm'), 'RecordsConflict', true, 'RecordsConflict', 'input'],
    [new RecordsError('failed', 'm'), 'Bug', false, 'OperationFailed', 'bug'],
    [new SealError('unknown-key'), 'Bug', false, 'OperationFailed', 'bug'],
    [new TypeError('m'), 'UnexpectedError', false, 'OperationFailed', 'bug'],
  ])('%s becomes %s', (error, type, nonRetryable, reason, retryClass) => {
    const failure = toFailure(error);
    expect(failure).toMatchObject({ type, nonRetryable });
    expect((failure as ApplicationFailure).details?.[0]).toMatchObject({ reason, retryClass });
    expect(failure.cause).toBeUndefined();
  });

  it('waits as long as the peer asked', () => {
    const failure = toFailure(
      new RegistrarFailure({ reason: 'PeerNotAnswering', retryClass: 'transient', message: 'm', retryAfterSeconds: 7 }),
    );
    expect((failure as ApplicationFailure).nextRetryDelay).toBe(7000);
  });

  it('leaves what is redacted already as it is', () => {
    const failure = toFailure(new TypeError('m'));
    expect(toFailure(failure)).toBe(failure);
  });
});

describe('failures of workflows', () => {
  it('keep message and details, encoded, and frames without the text before them', () => {
    const failure = convert(ApplicationFailure.nonRetryable('said no', 'OperationRefused', 'detail'), workflow);
    expect(failure.message).toBe('Encoded failure');
    expect(failure.stackTrace).toBe('');
    const { message, stack_trace } = attributesOf(failure);
    expect(message).toBe('said no');
    expect(stack_trace).toMatch(/^\s+at /);
    expect(stack_trace).not.toContain('said no');
  });

  it('lose causes that are not failures of Temporal, at every depth', () => {
    const inner = ApplicationFailure.create({ message: 'inner', cause: leaky() });
    const outer = ApplicationFailure.create({ message: 'outer', cause: inner });
    const failure = convert(outer, workflow);
    expect(failure.cause?.applicationFailureInfo).toBeTruthy();
    expect(failure.cause?.cause ?? null).toBeNull();
    expect(textOf(failure)).not.toContain(canary);
  });

  it('give no frame that a message forged', () => {
    const failure = convert(ApplicationFailure.nonRetryable(`x\n    at ${canary} (f:1:1)`), workflow);
    expect(attributesOf(failure).stack_trace).not.toContain(canary);
  });

  it('name a mistake of workflow code without stack trace and cause', () => {
    const error = new TypeError('undefined is not a function', { cause: leaky() });
    const failure = convert(error, workflow);
    expect(attributesOf(failure)).toEqual({ message: 'TypeError: undefined is not a function', stack_trace: '' });
    expect(textOf(failure)).not.toContain(canary);
    expect(textOf(convert({ client_secret: canary }, workflow))).not.toContain(canary);
  });

  it('go on unchanged when they came from Temporal', () => {
    const proto = convert(toFailure(new TypeError('m')), activity);
    const error = failureConverter.failureToError(proto, defaultPayloadConverter, activity);
    expect(error.message).toBe('TypeError');
    const wrapped = new ActivityFailure('Activity task failed', 'a', '1', 'TIMEOUT', undefined, error);
    const failure = convert(wrapped, workflow);
    const back = failureConverter.failureToError(failure, defaultPayloadConverter, workflow);
    expect(back).toMatchObject({ cause: { message: 'TypeError', type: 'UnexpectedError' } });
  });
});
