import { afterEach, expect, test } from 'vitest';
import { EntityError, type OperationRequest } from '../../../../domain/operations/request.ts';
import type { WakeRequest } from '../../../../domain/ports/registrations/wakeRequests.ts';
import { type Dispatcher, startDispatcher } from '../../../../runtime/chores/dispatcher.ts';

const request: WakeRequest = { operationId: 'o1', registrationId: 'a.b.c.d', reason: 'renewed' };

let dispatcher: Dispatcher | null = null;
afterEach(() => dispatcher?.stop());

/** Runs one round; the answers are what the entity says to each try. */
async function dispatched(answers: readonly (EntityError | null)[]) {
  let waiting = [request];
  const calls: string[] = [];
  const operations: OperationRequest[] = [];
  const tries = [...answers];
  const ended = Promise.withResolvers<void>();
  const records = {
    unstarted: async () => [],
    markStarted: async () => undefined,
    wakeRequests: async () => waiting,
    removeWakeRequest: async (operationId: string) => {
      waiting = waiting.filter((one) => one.operationId !== operationId);
      ended.resolve();
    },
  };
  const entities = {
    start: async (registrationId: string) => void calls.push(`start ${registrationId}`),
    operate: async (registrationId: string, operation: OperationRequest) => {
      calls.push(`operate ${registrationId}`);
      operations.push(operation);
      const answer = tries.shift();
      if (answer) throw answer;
      return { operationId: operation.operationId };
    },
  };
  dispatcher = startDispatcher(records, entities, (event) => {
    if (event === 'dispatcher-failed') ended.resolve();
  });
  await ended.promise;
  return { calls, operations, waiting };
}

test('what the commit of one registration asks of another is handed over once', async () => {
  const { operations, waiting } = await dispatched([null]);
  expect(operations).toEqual([{ operationId: 'o1', kind: 'verify', actor: 'system', reason: 'renewed' }]);
  expect(waiting).toEqual([]);
});

test('an entity that is not running is started first', async () => {
  const { calls } = await dispatched([new EntityError('not-found', 'gone'), null]);
  expect(calls).toEqual(['operate a.b.c.d', 'start a.b.c.d', 'operate a.b.c.d']);
});

test('an entity that has nothing to prove is not asked again', async () => {
  expect((await dispatched([new EntityError('refused', 'retired')])).waiting).toEqual([]);
});

test('it stays until Temporal answers', async () => {
  expect((await dispatched([new EntityError('unavailable', 'away')])).waiting).toEqual([request]);
});
