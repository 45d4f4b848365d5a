import { Context } from '@temporalio/activity';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import proto from '@temporalio/proto';
import { bundleWorkflowCode, NativeConnection, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { RegistrarFailure } from '../../../../domain/failure.ts';
import { SecretStoreError } from '../../../../domain/ports/secretStore.ts';
import { temporalLogger } from '../../../../runtime/log/adapters.ts';
import { createLog } from '../../../../runtime/log/log.ts';
import { createPayloadCodec } from '../../../../runtime/temporal/codec.ts';
import { dataConverter, failureConverterPath } from '../../../../runtime/temporal/dataConverter.ts';
import { redactFailures } from '../../../../runtime/temporal/interceptors.ts';
import { createKeyring, generateMasterKey, parseMasterKey } from '../../../../stores/crypto/keyring.ts';
import { describeWith } from '../../../support/describeWith.ts';
import type { add, everyChannel, failing, state, TestActivities } from './workflows.ts';

const patience = { timeout: 30_000, interval: 50 };
const canary = 'planted-secret-7f3a91';
const reference = 'a-reference-that-must-be-unreadable';
const keyring = createKeyring(parseMasterKey(generateMasterKey()));
const converter = dataConverter(keyring);
const codec = createPayloadCodec(keyring.sealer('codec'));
const { History } = proto.temporal.api.history.v1;
type HistoryMessage = proto.temporal.api.history.v1.IHistory;

/** An error as libraries throw it: the answer in message, cause and body, and frames forged into the message. */
function libraryError(): Error {
  const cause = Object.assign(new Error(`cause ${canary}`), { body: canary });
  const error = new Error(`answer ${canary}\n    at forged (${canary}:1:1)`, { cause });
  return Object.assign(error, { body: `{"client_secret":"${canary}"}`, code: 'OAUTH_INVALID_RESPONSE' });
}

class OwnOddError extends Error {}

const failures: Record<string, () => unknown> = {
  library: libraryError,
  odd: () => new OwnOddError(canary, { cause: libraryError() }),
  text: () => canary,
  object: () => ({ client_secret: canary }),
  input: () =>
    new RegistrarFailure({ reason: 'RegistrationRejected', retryClass: 'input', message: 'said no', status: 400 }),
  transient: () =>
    new RegistrarFailure({
      reason: 'PeerNotAnswering',
      retryClass: 'transient',
      message: 'said later',
      status: 503,
      retryAfterSeconds: 7,
    }),
  bug: () => new RegistrarFailure({ reason: 'OperationFailed', retryClass: 'bug', message: 'cannot be' }),
  store: () => new SecretStoreError('unavailable', 'no answer'),
};

const thrown = (what: string) => {
  throw failures[what]?.();
};

describeWith('temporal', 'payload codec and failures', ({ temporal }) => {
  const taskQueue = `codec-${crypto.randomUUID()}`;
  const logged: string[] = [];
  let connection: Connection;
  let native: NativeConnection;
  let client: Client;
  let plainClient: Client;
  let bundle: WorkflowBundle;
  let running: Promise<void>;
  let worker: Worker;

  beforeAll(async () => {
    const log = createLog('trace', { write: (line: string) => void logged.push(line) });
    Runtime.install({
      logger: temporalLogger(log),
      telemetryOptions: { logging: { filter: 'INFO', forward: {} } },
    });
    connection = await Connection.connect({ address: temporal.address });
    native = await NativeConnection.connect({ address: temporal.address });
    const { namespace } = temporal;
    client = new Client({ connection, namespace, dataConverter: converter });
    plainClient = new Client({ connection, namespace });
    bundle = await bundleWorkflowCode({
      workflowsPath: new URL('./workflows.ts', import.meta.url).pathname,
      failureConverterPath,
      logger: temporalLogger(log),
    });
    let beats = 0;
    const activities: TestActivities = {
      echo: async (value) => value,
      echoLocally: async (value) => value,
      failWith: async (what) => thrown(what),
      failLocallyWith: async (what) => thrown(what),
      beat: async () => {
        const { info, heartbeat } = Context.current();
        beats += 1;
        if (info.attempt === 2) return `${info.heartbeatDetails}`;
        heartbeat(reference);
        throw new RegistrarFailure({ reason: 'PeerNotAnswering', retryClass: 'transient', message: `beat ${beats}` });
      },
    };
    worker = await Worker.create({
      connection: native,
      namespace,
      taskQueue,
      workflowBundle: bundle,
      activities,
      dataConverter: converter,
      interceptors: { activity: [redactFailures(log)] },
    });
    running = worker.run();
  });

  afterAll(async () => {
    worker?.shutdown();
    await running;
    await native?.close();
    await connection?.close();
  });

  function historyOf(handle: WorkflowHandle, runId?: string): Promise<HistoryMessage> {
    return plainClient.workflow.getHandle(handle.workflowId, runId).fetchHistory();
  }

  const context = (workflowId: string) => ({ type: 'workflow' as const, namespace: temporal.namespace, workflowId });

  /** Every payload of a history with our encoding, decrypted; wherever it stands. */
  async function decoded(history: HistoryMessage, workflowId: string): Promise<string> {
    const payloads: Payload[] = [];
    const walk = (value: unknown): void => {
      if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return;
      const { metadata } = value as Payload;
      const encoding = metadata?.['encoding'];
      if (encoding !== undefined && Buffer.from(encoding).toString() === 'binary/encrypted')
        payloads.push(value as Payload);
      for (const child of Object.values(value)) walk(child);
    };
    walk(history);
    const opened = await codec.decode(payloads, context(workflowId));
    expect(opened.length).toBeGreaterThan(0);
    return opened.map((payload) => Buffer.from(payload.data ?? []).toString()).join('\n');
  }

  const raw = (history: HistoryMessage) =>
    Buffer.from(History.encode(History.fromObject(history)).finish()).toString('latin1');

  it('carries arguments, results, local activities, heartbeats, memo, updates, queries and new runs', async () => {
    const workflowId = `every-${crypto.randomUUID()}`;
    const handle = await client.workflow.start<typeof everyChannel>('everyChannel', {
      workflowId,
      taskQueue,
      args: [{ number: 1, secret: reference, seen: [] }],
      memo: { note: reference },
      staticSummary: reference,
    });
    await expect(
      handle.executeUpdate<string, [string], typeof add.name>('add', { args: ['refused'] }),
    ).rejects.toMatchObject({ cause: { message: `no ${reference}`, type: 'OperationRefused' } });
    const firstRunId = handle.firstExecutionRunId;
    const seen = await vi.waitFor(async () => {
      const answered = await client.workflow
        .getHandle(workflowId)
        .query<string[], [string]>('state' satisfies typeof state.name, 'q');
      expect(answered).toHaveLength(6);
      return answered;
    }, patience);
    expect(seen.every((each) => each === `q ${reference}`)).toBe(true);
    expect((await client.workflow.getHandle(workflowId).describe()).memo).toEqual({ note: reference });
    const latest = client.workflow.getHandle(workflowId);
    expect(await latest.executeUpdate<string, [string], typeof add.name>('add', { args: [reference] })).toBe(
      `added ${reference}`,
    );
    expect(await latest.result()).toEqual([...Array(6).fill(reference), `update ${reference}`]);

    for (const runId of [firstRunId, undefined]) {
      const history = await historyOf(handle, runId);
      expect(raw(history)).toContain(workflowId);
      expect(raw(history)).toContain('a-change');
      expect(raw(history)).not.toContain(reference);
      expect(await decoded(history, workflowId)).toContain(reference);
      await Worker.runReplayHistory({ workflowBundle: bundle, dataConverter: converter }, history, workflowId);
    }
    const described = await connection.workflowService.describeWorkflowExecution({
      namespace: temporal.namespace,
      execution: { workflowId },
    });
    const stored = JSON.stringify(described.toJSON());
    expect(stored).toContain('note');
    expect(stored).not.toContain(Buffer.from(JSON.stringify(reference)).toString('base64'));
  });

  it('refuses to replay a history under another workflow id', async () => {
    const workflowId = `moved-${crypto.randomUUID()}`;
    const handle = await client.workflow.start<typeof failing>('failing', {
      workflowId,
      taskQueue,
      args: ['input', 'activity'],
    });
    await handle.result();
    const history = await historyOf(handle);
    const replay = { workflowBundle: bundle, dataConverter: converter };
    await Worker.runReplayHistory(replay, history, workflowId);
    await expect(Worker.runReplayHistory(replay, history, `${workflowId}-2`)).rejects.toThrow();
  });

  it('refuses a payload that was copied to another workflow, and one that we did not encrypt', async () => {
    const from = `copied-${crypto.randomUUID()}`;
    const handle = await client.workflow.start<typeof failing>('failing', {
      workflowId: from,
      taskQueue,
      args: ['input', 'activity'],
    });
    await handle.result();
    const { events } = await historyOf(handle);
    const copied = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    expect(copied).toHaveLength(2);
    const plain = [{ metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('"input"') }];
    for (const payloads of [copied, plain]) {
      const workflowId = `target-${crypto.randomUUID()}`;
      await connection.workflowService.startWorkflowExecution({
        namespace: temporal.namespace,
        workflowId,
        requestId: crypto.randomUUID(),
        workflowType: { name: 'failing' },
        taskQueue: { name: taskQueue },
        input: { payloads },
      });
      const target = plainClient.workflow.getHandle(workflowId);
      const { events = [] } = await vi.waitFor(async () => {
        const history = await target.fetchHistory();
        expect(history.events?.some((event) => event.workflowTaskFailedEventAttributes != null)).toBe(true);
        return history;
      }, patience);
      expect(events?.some((event) => event.activityTaskScheduledEventAttributes != null)).toBe(false);
      expect((await target.describe()).status.name).toBe('RUNNING');
      await target.terminate();
    }
    expect(worker.getState()).toBe('RUNNING');
  });

  const shown = (type: string, message: string, rest: { [name: string]: unknown }) => ({
    type,
    message,
    stack: '',
    nonRetryable: false,
    ...rest,
  });
  const bug = { reason: 'OperationFailed', retryClass: 'bug', status: null, retryAfterSeconds: null };
  const expected: Record<string, unknown> = {
    library: shown('UnexpectedError', 'Error', { details: [bug] }),
    odd: shown('UnexpectedError', 'OwnOddError', { details: [bug] }),
    text: shown('UnexpectedError', 'string', { details: [bug] }),
    object: shown('UnexpectedError', 'object', { details: [bug] }),
    input: shown('RegistrationRejected', 'said no', {
      nonRetryable: true,
      details: [{ reason: 'RegistrationRejected', retryClass: 'input', status: 400, retryAfterSeconds: null }],
    }),
    transient: shown('PeerNotAnswering', 'said later', {
      details: [{ reason: 'PeerNotAnswering', retryClass: 'transient', status: 503, retryAfterSeconds: 7 }],
    }),
    bug: shown('Bug', 'cannot be', { details: [bug] }),
    store: shown('SecretStoreUnavailable', 'no answer', {
      details: [{ reason: 'SecretStoreUnavailable', retryClass: 'transient', status: null, retryAfterSeconds: null }],
    }),
  };

  it.each(Object.keys(failures).flatMap((what) => (['activity', 'local'] as const).map((where) => ({ what, where }))))(
    'shows the workflow a redacted failure: $what in $where',
    async ({ what, where }) => {
      const workflowId = `failure-${crypto.randomUUID()}`;
      const handle = await client.workflow.start<typeof failing>('failing', {
        workflowId,
        taskQueue,
        args: [what, where],
      });
      expect(await handle.result()).toEqual(expected[what]);
      const history = await historyOf(handle);
      expect(raw(history)).not.toContain(canary);
      const { message } = expected[what] as { message: string };
      if (message.includes(' ')) expect(raw(history)).not.toContain(message);
      expect(await decoded(history, workflowId)).not.toContain(canary);
      expect(logged.join('')).not.toContain(canary);
    },
  );

  it('keeps the secret out of a workflow that fails with the failure of its activity', async () => {
    const workflowId = `rethrow-${crypto.randomUUID()}`;
    const handle = await client.workflow.start<typeof failing>('failing', {
      workflowId,
      taskQueue,
      args: ['library', 'rethrow'],
    });
    await expect(handle.result()).rejects.toMatchObject({ cause: { cause: { type: 'UnexpectedError' } } });
    const history = await historyOf(handle);
    expect(raw(history)).not.toContain(canary);
    expect(await decoded(history, workflowId)).not.toContain(canary);
  });

  it('encrypts message, stack trace and details of what a workflow fails with', async () => {
    const workflowId = `own-${crypto.randomUUID()}`;
    const handle = await client.workflow.start<typeof failing>('failing', {
      workflowId,
      taskQueue,
      args: [reference, 'workflow'],
    });
    await expect(handle.result()).rejects.toMatchObject({
      cause: { message: 'of the workflow', type: 'Refused', details: [{ what: reference }] },
    });
    const history = await historyOf(handle);
    expect(raw(history)).not.toContain(reference);
    expect(raw(history)).not.toContain('of the workflow');
    const open = await decoded(history, workflowId);
    expect(open).toContain('of the workflow');
    expect(open).toContain('workflows.ts');
  });

  it('logs what nobody foresaw by class and own frames', () => {
    const lines = logged.map((line) => JSON.parse(line) as Record<string, unknown>);
    const odd = lines.find((line) => line['errorClass'] === 'OwnOddError');
    expect(odd).toMatchObject({ event: 'activity.unexpected-error', activityType: 'failWith' });
    expect(JSON.stringify(lines)).not.toContain(canary);
  });
});
