import { expect, test } from 'vitest';
import { EntityError, type OperationRequest } from '../../../../domain/operations/request.ts';
import type { WakeKind, WakeRequest } from '../../../../domain/ports/registrations/wakeRequests.ts';
import { operationQueue, startQueue, wakeQueue } from '../../../../runtime/chores/dispatcher.ts';
import { emptyQueue, type Queue } from '../../../../runtime/chores/queue.ts';
import { tokenWakeQueue } from '../../../../runtime/chores/wakeUps.ts';

const registrationId = 'a.b.c.d';
const refused = new EntityError('refused', 'retired');
const gone = new EntityError('not-found', 'gone');
const away = new EntityError('unavailable', 'away');

/** Entities that answer each operation in turn, and a ledger of one row; both tell what was done with them. */
function world(answers: readonly (EntityError | null)[] = []) {
  const calls: string[] = [];
  const operations: OperationRequest[] = [];
  const tries = [...answers];
  let waiting = true;
  const told =
    (call: string, ends = true) =>
    async (...given: readonly unknown[]) => {
      calls.push([call, ...given].join(' '));
      if (ends) waiting = false;
    };
  const one =
    <Item>(item: Item) =>
    async (): Promise<Item[]> =>
      waiting ? [item] : [];
  const answer = () => {
    const next = tries.shift();
    if (next) throw next;
  };
  const entities = {
    async start(id: string) {
      calls.push(`start ${id}`);
    },
    async operate(id: string, operation: OperationRequest) {
      calls.push(`operate ${id}`);
      operations.push(operation);
      answer();
      return { operationId: operation.operationId };
    },
    async refresh(id: string) {
      calls.push(`refresh ${id}`);
      answer();
    },
  };
  return { calls, operations, entities, told, one };
}

const run = <Item>(queue: Queue<Item>) => emptyQueue(queue, new AbortController().signal);

function waking(kind: WakeKind, answers: readonly (EntityError | null)[]) {
  const { calls, operations, entities, told, one } = world(answers);
  const request: WakeRequest = { operationId: 'o1', registrationId, kind, reason: 'renewed' };
  const records = {
    wakeRequests: one(request),
    removeWakeRequest: told('remove'),
    putOffWakeRequest: told('put-off'),
  };
  return { calls, operations, queue: wakeQueue(records, entities) };
}

test.each<[string, WakeKind, (EntityError | null)[], string[]]>([
  ['is handed over once', 'verify', [null], ['operate a.b.c.d', 'remove o1']],
  ['is discovered', 'discover', [null], ['operate a.b.c.d', 'remove o1']],
  ['is refreshed', 'refresh', [null], ['refresh a.b.c.d', 'remove o1']],
  [
    'starts one that does not run',
    'verify',
    [gone, null],
    ['operate a.b.c.d', 'start a.b.c.d', 'operate a.b.c.d', 'remove o1'],
  ],
  ['is not asked again of one that has nothing to do', 'verify', [refused], ['operate a.b.c.d', 'remove o1']],
  ['stays until Temporal answers', 'verify', [away], ['operate a.b.c.d', 'put-off o1']],
  ['stays until the refresh was taken', 'refresh', [away], ['refresh a.b.c.d', 'put-off o1']],
])('what the commit of one registration asks of another %s', async (_, kind, answers, expected) => {
  const { calls, operations, queue } = waking(kind, answers);
  await run(queue);
  expect(calls).toEqual(expected);
  for (const operation of operations)
    expect(operation).toEqual({ operationId: 'o1', kind, actor: 'system', reason: 'renewed' });
});

test('a start that Temporal took is only put off: the claim of the entity ends it', async () => {
  const { calls, entities, told, one } = world();
  const records = { unstarted: one(registrationId), putOffStart: told('put-off') };
  await run(startQueue(records, entities));
  expect(calls).toEqual(['start a.b.c.d', 'put-off a.b.c.d']);
});

test.each([
  ['taken', [null], 'accept o2'],
  ['refused', [refused], 'drop o2'],
  ['away', [away], 'put-off o2'],
])('an operation that was accepted and never handed over: %s', async (_, answers, end) => {
  const { calls, operations, entities, told, one } = world(answers);
  const operation = { operationId: 'o2', kind: 'verify', actor: 'key:k' } as const;
  const records = {
    undeliveredOperations: one({ registrationId, operation }),
    acceptOperation: told('accept'),
    dropOperation: told('drop'),
    putOffOperation: told('put-off'),
  };
  await run(operationQueue(records, entities));
  expect(calls).toEqual(['operate a.b.c.d', end]);
  expect(operations).toEqual([operation]);
});

test.each([
  [[null], ['operate a.b.c.d', 'end a.b.c.d o3']],
  [[refused], ['operate a.b.c.d', 'end a.b.c.d o3']],
  [
    [gone, null],
    ['operate a.b.c.d', 'start a.b.c.d', 'operate a.b.c.d', 'end a.b.c.d o3'],
  ],
  [[away], ['operate a.b.c.d', 'put-off a.b.c.d']],
])('one that waits for a token looks again (%#)', async (answers, expected) => {
  const { calls, entities, told, one } = world(answers);
  const records = {
    tokenWakeRequests: one({ registrationId, operationId: 'o3' }),
    endTokenWakeRequest: told('end'),
    putOffTokenWakeRequest: told('put-off'),
  };
  await run(tokenWakeQueue(records, entities));
  expect(calls).toEqual(expected);
});
