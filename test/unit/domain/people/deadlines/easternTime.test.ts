import fc from 'fast-check';
import { expect, test } from 'vitest';
import { easternDayOf, easternTimeOf, isoDateOf } from '../../../../../domain/people/deadlines/easternTime.ts';

/** The time zone data of this Node, as a judge. */
const judge = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'America/New_York',
  dateStyle: 'short',
  timeStyle: 'medium',
});

test.each([
  ['2026-11-21T04:59:59Z', '2026-11-20'],
  ['2026-11-21T05:00:00Z', '2026-11-21'],
  ['2026-07-01T03:59:59Z', '2026-06-30'],
  ['2026-07-01T04:00:00Z', '2026-07-01'],
  ['2026-03-08T06:59:59Z', '2026-03-08'],
  ['2026-11-01T05:59:59Z', '2026-11-01'],
  ['2027-01-01T04:59:59Z', '2026-12-31'],
])('at %s it is %s in the East', (at, date) => {
  expect(isoDateOf(easternDayOf(Date.parse(at)))).toBe(date);
});

const instants = fc.date({ min: new Date('2007-04-01'), max: new Date('2037-12-31'), noInvalidDate: true });

test('the day is that of the time zone database', () => {
  fc.assert(
    fc.property(instants, (at) => {
      expect(isoDateOf(easternDayOf(at.getTime()))).toBe(judge.format(at).slice(0, 10));
    }),
    { numRuns: 1000 },
  );
});

test('midnight and nine of every day of ten years are those of the time zone database', () => {
  const first = Date.UTC(2026, 0, 1) / 86_400_000;
  for (let day = first; day < first + 3650; day += 1) {
    expect(judge.format(easternTimeOf(day, 0))).toBe(`${isoDateOf(day)} 00:00:00`);
    expect(judge.format(easternTimeOf(day, 9))).toBe(`${isoDateOf(day)} 09:00:00`);
  }
});
