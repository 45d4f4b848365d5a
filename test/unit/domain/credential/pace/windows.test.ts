import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Placing, placeOutside, readWindows } from '../../../../../domain/credential/pace/windows.ts';

const hour = 3_600_000;
const day = 24 * hour;
const placing: Placing = {
  registrationId: 'mercy.app.production.main',
  at: 15 * day,
  from: 0,
  notBefore: 0,
  until: null,
  spread: 12 * hour,
  room: hour,
};
const window = { start: 10 * day, end: 20 * day };

describe('placeOutside', () => {
  it.each([
    ['before its start', 10 * day - 1],
    ['at its end', 20 * day],
  ])('leaves what lies %s', (_name, at) => {
    expect(placeOutside([window], { ...placing, at })).toEqual({ at, moved: null });
  });

  it.each<[string, Partial<Placing>, string, number, number]>([
    ['into the hours before it', {}, 'before', 10 * day - 12 * hour, 10 * day],
    [
      'into what is left of the hours before it',
      { from: 10 * day - 2 * hour },
      'before',
      10 * day - 2 * hour,
      10 * day,
    ],
    ['after it, where what is before is too early', { from: 10 * day - hour / 2 }, 'after', 20 * day, 20.5 * day],
    [
      'after it, within what may be',
      { from: 11 * day, until: 20 * day + 2 * hour },
      'after',
      20 * day,
      20 * day + 2 * hour,
    ],
    ['early, where there is nothing after it', { from: 11 * day, until: 20 * day }, 'before', 9.5 * day, 10 * day],
    [
      'nowhere, as expiry wins',
      { from: 11 * day, notBefore: 11 * day, until: 20 * day },
      'inside',
      15 * day,
      15 * day + 1,
    ],
  ])('moves %s', (_name, patch, moved, from, to) => {
    const placed = placeOutside([window], { ...placing, ...patch });
    expect(placed.moved).toBe(moved);
    expect(placed.at).toBeGreaterThanOrEqual(from);
    expect(placed.at).toBeLessThan(to);
  });

  it('does not move from one window into the next', () => {
    const windows = [{ start: 9 * day, end: 10 * day - 3 * hour }, window];
    expect(placeOutside(windows, placing).at).toBeGreaterThanOrEqual(10 * day - 3 * hour);
  });

  it('is stable, and never earlier than it may be, for every placing', () => {
    const time = fc.integer({ min: 0, max: 40 * day });
    fc.assert(
      fc.property(fc.string(), time, time, time, fc.option(time), (registrationId, at, from, early, until) => {
        const asked = { ...placing, registrationId, at, from, notBefore: Math.min(at, early), until };
        const placed = placeOutside([window], asked);
        expect(placed).toEqual(placeOutside([window], asked));
        expect(placed.at).toBeGreaterThanOrEqual(asked.notBefore);
        if (placed.moved !== 'inside') expect(placed.at < window.start || placed.at >= window.end).toBe(true);
        if (placed.moved === 'after' && until !== null) expect(placed.at).toBeLessThan(until);
      }),
    );
  });
});

describe('readWindows', () => {
  const iso = (time: number) => new Date(time).toISOString();

  it('sorts, and makes one of those that leave no room between them', () => {
    const freezeWindows = [
      { start: iso(5 * day), end: iso(6 * day) },
      { start: iso(2 * day), end: iso(3 * day) },
      { start: iso(0), end: iso(4 * day) },
      { start: iso(4 * day + hour / 2), end: iso(4.5 * day) },
    ];
    expect(readWindows({ freezeWindows }, hour)).toEqual([
      { start: 0, end: 4.5 * day },
      { start: 5 * day, end: 6 * day },
    ]);
    expect(readWindows({}, hour)).toEqual([]);
  });
});
