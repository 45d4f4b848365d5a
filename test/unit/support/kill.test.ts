import { describe, expect, it } from 'vitest';
import { sample, seededRandom } from '../../support/kill/seeded.ts';
import { Watch } from '../../support/kill/watch.ts';
import { nameOfStatement } from '../../support/proxies/postgresProxy.ts';

describe('cut points', () => {
  it('are two for each request, counted within one registration', async () => {
    const watch = new Watch();
    watch.arrive('a', 'POST');
    watch.arrive('b', 'POST');
    watch.phase = 'rotation';
    watch.arrive('a', 'POST');
    expect(watch.cutPoints('a')).toEqual([
      { phase: 'onboarding', label: 'POST #1', point: 'before' },
      { phase: 'onboarding', label: 'POST #1', point: 'after' },
      { phase: 'rotation', label: 'POST #2', point: 'before' },
      { phase: 'rotation', label: 'POST #2', point: 'after' },
    ]);
  });

  it('hold their request, and no other, until they are cleared', async () => {
    const watch = new Watch();
    const trap = watch.set('a', { phase: 'onboarding', label: 'POST #1', point: 'after' });
    const waiting = { sender: true };
    const passing = watch.arrive('a', 'POST');
    expect(await watch.at(passing, 'before', () => true)).toBe('go-on');
    expect(await watch.at(watch.arrive('b', 'POST'), 'after', () => true)).toBe('go-on');
    expect(trap.holds()).toBe(false);
    const held = watch.at(passing, 'after', () => waiting.sender);
    expect(trap.holds()).toBe(true);
    waiting.sender = false;
    expect(trap.holds()).toBe(false);
    watch.clear();
    expect(await held).toBe('drop');
  });
});

describe('the name of a statement', () => {
  it('does not depend on how many rows or parameters it has', () => {
    const one = nameOfStatement('insert into "audit" ("a", "b") values ($1, $2)');
    expect(nameOfStatement('insert into "audit" ("a", "b") values ($1, $2), ($3, $4)')).toBe(one);
    expect(one).toMatch(/^insert audit [0-9a-f]{4}$/);
  });

  it('tells statements on one table apart', () => {
    const read = (column: string) => nameOfStatement(`select "${column}" from "intents" where "intent_id" = $1`);
    expect(read('state')).not.toBe(read('outcome'));
  });
});

describe('a sample', () => {
  it('is the same for the same seed, in the order of its items', () => {
    const items = Array.from({ length: 100 }, (_, index) => index);
    const first = sample(items, 10, seededRandom(7));
    expect(first).toEqual(sample(items, 10, seededRandom(7)));
    expect(first).not.toEqual(sample(items, 10, seededRandom(8)));
    expect(first).toEqual([...first].sort((left, right) => left - right));
    expect(new Set(first).size).toBe(10);
  });
});
