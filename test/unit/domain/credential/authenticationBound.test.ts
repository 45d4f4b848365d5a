import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AuthenticationPurpose,
  boundAuthentication,
  newCredentialTimes,
} from '../../../../domain/credential/authenticationBound.ts';
import type { EnvironmentClass } from '../../../../domain/words.ts';

const start = Date.parse('2026-11-21T10:00:00Z');
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Failures at times after {@link start}. */
const at = (...times: readonly number[]) => ({
  first: times.length === 0 ? null : start + (times[0] ?? 0),
  recent: times.map((time) => start + time),
});

describe('in a day', () => {
  const cases: readonly (readonly [
    what: string,
    purpose: AuthenticationPurpose,
    environmentClass: EnvironmentClass,
    failures: readonly number[],
    now: number,
    left: number,
    next: number | null,
  ])[] = [
    ['our own schedule: three', 'schedule', 'nonProduction', [], 0, 3, null],
    ['the third may come', 'schedule', 'nonProduction', [0, hour], 2 * hour, 1, null],
    [
      'the fourth waits for the first to be a day old',
      'schedule',
      'nonProduction',
      [0, hour, 2 * hour],
      3 * hour,
      0,
      day,
    ],
    ['and may come then', 'schedule', 'nonProduction', [0, hour, 2 * hour], day, 1, null],
    ['more than the bound (a control beside) wait longer', 'schedule', 'nonProduction', [0, 1, 2, 3], hour, 0, day + 1],
    ['in production: one', 'schedule', 'production', [], 0, 1, null],
    ['the second waits a day', 'schedule', 'production', [0], hour, 0, day],
    ['asked for: five', 'asked', 'production', [0, 1, 2, 3], hour, 1, null],
    ['the sixth waits', 'asked', 'production', [0, 1, 2, 3, 4], hour, 0, day],
  ];
  it.each(cases)('%s', (_what, purpose, environmentClass, failures, now, left, next) => {
    expect(boundAuthentication(purpose, environmentClass, at(...failures), start + now)).toEqual({
      left,
      nextAttemptAt: next === null ? null : start + next,
    });
  });
});

describe('a new credential', () => {
  const next = (failures: readonly number[], now: number) => {
    const { nextAttemptAt } = boundAuthentication('new', 'production', at(...failures), start + now);
    return nextAttemptAt === null ? null : nextAttemptAt - start;
  };

  it.each([
    ['is tried at once', [], 0, null],
    ['then after 10 s', [0], 1, 10_000],
    ['whose time has come', [0], 10_000, null],
    ['then at 30 s', [0, 10_000], 10_001, 30_000],
    ['is not tried for each time that went by unused', [0, 5 * minute], 5 * minute + 1, 10 * minute],
    ['in several forms in one attempt, as one', [0, 100], 200, 10_000],
    ['after a day daily', [0, day], day + hour, 2 * day],
    ['and daily for ever', [0, 5 * day + hour], 5 * day + 2 * hour, 6 * day],
  ] as const)('%s', (_what, failures, now, expected) => {
    expect(next(failures, now)).toBe(expected);
  });

  it('that is always refused is tried at the times of the table, and no more', () => {
    const tried: number[] = [];
    for (let now = 0; now <= 3 * day; now += 10_000) {
      const recent = tried.filter((time) => time > now - day);
      const failures = { first: tried[0] === undefined ? null : start, recent: recent.map((time) => start + time) };
      if (boundAuthentication('new', 'production', failures, start + now).nextAttemptAt === null) tried.push(now);
    }
    expect(tried).toEqual([...newCredentialTimes, 2 * day, 3 * day]);
  });

  it('keeps to shorter times where all are scaled', () => {
    const decision = boundAuthentication('new', 'production', at(0), start + 1, 0.01);
    expect(decision.nextAttemptAt).toBe(start + 100);
  });
});

it('what is put off is put off to a time that comes, and then it may go', () => {
  const purposes = fc.constantFrom<AuthenticationPurpose>('schedule', 'new', 'asked');
  const times = fc.array(fc.integer({ min: 0, max: 2 * day }), { maxLength: 20 });
  fc.assert(
    fc.property(purposes, times, fc.integer({ min: 0, max: day }), (purpose, given, later) => {
      const sorted = [...given].sort((one, other) => one - other);
      const now = (sorted.at(-1) ?? 0) + later;
      const failures = (when: number) => ({
        ...at(...sorted),
        recent: at(...sorted).recent.filter((one) => one > when - day),
      });
      const { left, nextAttemptAt } = boundAuthentication(purpose, 'production', failures(start + now), start + now);
      if (nextAttemptAt === null) return left > 0;
      const then = boundAuthentication(purpose, 'production', failures(nextAttemptAt), nextAttemptAt);
      return left === 0 && nextAttemptAt > start + now && then.nextAttemptAt === null;
    }),
  );
});
