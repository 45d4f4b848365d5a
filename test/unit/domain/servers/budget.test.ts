import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Budget,
  burstOf,
  defaultRate,
  intervalOf,
  longestPause,
  longestWait,
  pause,
  type Rate,
  takeTurn,
  type WorkClass,
  workClasses,
} from '../../../../domain/servers/budget.ts';

const start = Date.parse('2026-11-28T04:00:00Z');

/** Asks as long as turns come at once; how many calls those were. */
function burst(rate: Rate, workClass: WorkClass, calls = 1, given: Budget | null = null): [number, Budget | null] {
  let budget = given;
  for (let granted = 0; ; granted += calls) {
    const answer = takeTurn(budget, rate, { calls, workClass, now: start });
    if (answer.turn.kind === 'not-yet' || answer.turn.at > start) return [granted, budget];
    budget = answer.budget;
  }
}

describe('a published rate', () => {
  it.each<[perMinute: number, atOnce: number, interval: number]>([
    [2, 1, 60_000],
    [5, 2, 20_000],
    [50, 10, 1_500],
    [250, 20, 261],
    [1_200, 20, 51],
  ])('of %i a minute lets %i start at once and then one every %i ms', (perMinute, atOnce, interval) => {
    expect(burstOf({ perMinute })).toBe(atOnce);
    expect(intervalOf({ perMinute })).toBe(interval);
    expect(burst({ perMinute }, 'expiring')[0]).toBe(atOnce);
  });
});

describe('classes', () => {
  it.each<[WorkClass, number]>([
    ['expiring', 10],
    ['onboarding', 8],
    ['bulk', 5],
  ])('%s may use up %i of a burst of 10', (workClass, calls) => {
    expect(burst({ perMinute: 50 }, workClass)[0]).toBe(calls);
  });

  it('leave their rest to what is more urgent', () => {
    const rate = { perMinute: 50 };
    const [, afterProofs] = burst(rate, 'bulk');
    const [onboardings, afterBoth] = burst(rate, 'onboarding', 1, afterProofs);
    expect(onboardings).toBe(3);
    expect(burst(rate, 'expiring', 1, afterBoth)[0]).toBe(2);
  });

  it('bulk is never granted while expiring work alone uses the rate up', () => {
    const rate = { perMinute: 50 };
    let budget: Budget | null = null;
    for (let now = start; now < start + 600_000; now += 250) {
      budget = takeTurn(budget, rate, { calls: 2, workClass: 'expiring', now }).budget;
      if (now - start > 60_000)
        expect(takeTurn(budget, rate, { calls: 2, workClass: 'bulk', now }).turn.kind).toBe('not-yet');
    }
  });
});

describe('a turn', () => {
  const rate = { perMinute: 50 };
  const ask = (calls: number, now = start) => ({ calls, workClass: 'onboarding', now }) as const;

  it.each<[owed: number, calls: number, kind: string, wait: number]>([
    [0, 3, 'granted', 0],
    [7_500, 3, 'granted', 0],
    [9_500, 3, 'granted', 2_000],
    [9_501, 3, 'not-yet', 2_001],
    [60_000, 3, 'not-yet', 52_500],
    // More than the class may have at once: where nothing is owed, and then owed in full.
    [0, 30, 'granted', 0],
    [2_001, 30, 'not-yet', 2_001],
  ])('with %i ms owed, for %i calls, is %s in %i ms', (owed, calls, kind, wait) => {
    const answer = takeTurn({ arrival: start + owed, promised: 0 }, rate, ask(calls));
    expect(answer.turn).toEqual({ kind, at: start + wait });
    const paid = kind === 'granted' ? calls * 1_500 : 0;
    expect(answer.budget.arrival).toBe(start + owed + paid);
  });

  it('that is not yet is promised to one after the other, so that they do not all come again at once', () => {
    let budget: Budget | null = { arrival: start + 60_000, promised: 0 };
    const times = Array.from({ length: 100 }, () => {
      const answer = takeTurn(budget, rate, ask(2));
      budget = answer.budget;
      return answer.turn.at;
    });
    expect(new Set(times).size).toBe(100);
    expect(times[99]! - times[0]!).toBe(99 * 3_000);
    // Urgent work does not stand in that line.
    const urgent = takeTurn(budget, rate, { calls: 2, workClass: 'expiring', now: start });
    expect(urgent.turn.at).toBe(start + 60_000 - 8 * 1_500);
  });
});

describe('a pause', () => {
  it('holds everybody until the server will answer again, urgent work too', () => {
    const budget = pause(null, defaultRate, start + 30_000, start);
    for (const workClass of workClasses)
      expect(takeTurn(budget, defaultRate, { calls: 1, workClass, now: start }).turn.at).toBeGreaterThanOrEqual(
        start + 30_000,
      );
  });

  it('is an hour at most, whatever a peer says', () => {
    const budget = pause(null, defaultRate, start + 1e12, start);
    const { turn } = takeTurn(budget, defaultRate, { calls: 1, workClass: 'expiring', now: start });
    expect(turn.at).toBeLessThanOrEqual(start + longestPause + 60_000);
  });

  it('never shortens what is owed', () => {
    expect(pause({ arrival: start + 1e6, promised: 0 }, defaultRate, start + 1, start).arrival).toBe(start + 1e6);
  });
});

describe('whatever is asked, in whatever order', () => {
  const rate = fc.integer({ min: 2, max: 2_000 });
  const asks = fc.array(
    fc.record({
      calls: fc.integer({ min: 1, max: 20 }),
      workClass: fc.constantFrom(...workClasses),
      after: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000 })),
    }),
    { minLength: 20, maxLength: 200 },
  );

  it('no minute has more calls than the rate allows, and no turn is further away than it says', () => {
    fc.assert(
      fc.property(rate, asks, (perMinute, given) => {
        let budget: Budget | null = null;
        let now = start;
        const starts: number[] = [];
        for (const { calls, workClass, after } of given) {
          now += after;
          const asked = Math.min(calls, burstOf({ perMinute }));
          const answer = takeTurn(budget, { perMinute }, { calls: asked, workClass, now });
          budget = answer.budget;
          expect(answer.turn.kind).toBe(answer.turn.at - now <= longestWait ? 'granted' : 'not-yet');
          if (answer.turn.kind === 'granted') starts.push(...Array(asked).fill(answer.turn.at));
        }
        for (const from of starts) {
          const inMinute = starts.filter((at) => at >= from && at < from + 60_000).length;
          expect(inMinute).toBeLessThanOrEqual(perMinute);
        }
      }),
    );
  });
});
