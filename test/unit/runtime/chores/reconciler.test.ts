import { expect, test } from 'vitest';
import { EntityError } from '../../../../domain/operations/request.ts';
import { defaultChoreIntervals } from '../../../../domain/time/chores.ts';
import type { Chore } from '../../../../runtime/chores/chore.ts';
import { type Kept, reconcilerChores } from '../../../../runtime/chores/reconciler.ts';
import { createLog } from '../../../../runtime/log/log.ts';

const never = new AbortController().signal;

/** A fleet whose entities are kept as told; what is not told fails. */
function fleet(
  given: {
    readonly overdue?: readonly string[];
    /** Those that do not end what was handed to them. */
    readonly unended?: readonly string[];
    readonly all?: readonly string[];
    readonly kept?: Readonly<Record<string, Kept>>;
    /** Those that cannot be roused. */
    readonly deaf?: readonly string[];
    readonly unnoticed?: number;
  } = {},
) {
  const { all = [], kept = {} } = given;
  const calls: string[] = [];
  const lines: string[] = [];
  let overdue = [...(given.overdue ?? [])];
  let unended = [...(given.unended ?? [])];
  const records = {
    async unendedOperations(milliseconds: number, limit: number) {
      expect(milliseconds).toBe(120_000);
      const some = unended.slice(0, limit);
      unended = unended.slice(limit);
      return some;
    },
    async overdueEntities(milliseconds: number, limit: number) {
      expect(milliseconds).toBe(120_000);
      const some = overdue.slice(0, limit);
      overdue = overdue.slice(limit);
      return some;
    },
    unretiredAfter: async (id: string, limit: number) => all.filter((one) => one > id).slice(0, limit),
    reconciled: async (id: string) => void calls.push(`reconciled ${id}`),
    putOffReconciling: async (id: string) => void calls.push(`put-off ${id}`),
    unnoticed: async () => ({
      count: given.unnoticed ?? 0,
      first: given.unnoticed
        ? [{ registrationId: 'a', credentialHealth: 'healthy', rotationDueAt: null, expiresAt: null }]
        : [],
    }),
  };
  const keeper = {
    async keep(id: string) {
      calls.push(`keep ${id}`);
      const answer = kept[id];
      if (answer === undefined) throw new EntityError('unavailable', 'away');
      return answer;
    },
    async rouse(id: string) {
      calls.push(`rouse ${id}`);
      if (given.deaf?.includes(id)) throw new EntityError('unavailable', 'away');
    },
  };
  const log = createLog('debug', {
    write: (line: string) => {
      const { event, registrationId, count } = JSON.parse(line) as Record<string, unknown>;
      lines.push([event, registrationId ?? count].join(' '));
    },
  });
  const chores = new Map(
    reconcilerChores(records, keeper, defaultChoreIntervals, log).map((chore): [string, Chore] => [chore.name, chore]),
  );
  return { calls, lines, left: () => overdue.length, round: (name: string) => chores.get(name)?.round(0, never) };
}

test('those that should have woken are kept or roused, and one that fails stops none', async () => {
  const { calls, lines, round } = fleet({
    overdue: ['a', 'b', 'c', 'd'],
    kept: { b: 'running', c: 'started', d: 'restarted' },
  });
  await round('reconcile');
  expect(calls.toSorted()).toEqual(
    [
      ...['keep a', 'put-off a', 'keep b', 'rouse b', 'reconciled b', 'keep c', 'reconciled c'],
      ...['keep d', 'reconciled d'],
    ].toSorted(),
  );
  expect(lines.toSorted()).toEqual(['entity.restarted d', 'entity.started c']);
});

test('one that cannot be roused is put off, and stops none', async () => {
  const { calls, round } = fleet({ overdue: ['a', 'b'], kept: { a: 'running', b: 'running' }, deaf: ['a'] });
  await round('reconcile');
  expect(calls.toSorted()).toEqual(['keep a', 'rouse a', 'put-off a', 'keep b', 'rouse b', 'reconciled b'].toSorted());
});

test('those that do not end an operation are kept or roused, whatever they wait for', async () => {
  const { calls, round } = fleet({ unended: ['a', 'b', 'c'], kept: { b: 'running', c: 'started' } });
  await round('reconcile-operations');
  const expected = ['keep a', 'put-off a', 'keep b', 'rouse b', 'reconciled b', 'keep c', 'reconciled c'];
  expect(calls.toSorted()).toEqual(expected.toSorted());
});

test('the sweep over all leaves those that run asleep', async () => {
  const { calls, round } = fleet({ all: ['a'], kept: { a: 'running' } });
  await round('reconcile-all');
  expect(calls).toEqual(['keep a']);
});

test('one round takes a bounded number', async () => {
  const overdue = Array.from({ length: 400 }, (_, index) => `r${index}`);
  const kept = Object.fromEntries(overdue.map((id) => [id, 'running' as const]));
  const { left, round } = fleet({ overdue, kept });
  await round('reconcile');
  expect(left()).toBe(250);
});

test('the sweep takes one a round, goes on past what fails, and begins again', async () => {
  const { calls, round } = fleet({ all: ['a', 'b', 'c'], kept: { a: 'running', c: 'started' } });
  for (let index = 0; index < 5; index += 1) await round('reconcile-all');
  expect(calls).toEqual(['keep a', 'keep b', 'put-off b', 'keep c', 'keep a']);
});

test('credentials whose end nobody noted are told', async () => {
  const told = fleet({ unnoticed: 3 });
  await told.round('unnoticed');
  expect(told.lines).toEqual(['credentials.unnoticed 3', 'credential.unnoticed a']);
  const quiet = fleet();
  await quiet.round('unnoticed');
  expect(quiet.lines).toEqual([]);
});
