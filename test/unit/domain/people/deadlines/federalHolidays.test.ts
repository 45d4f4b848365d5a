import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isoDateOf } from '../../../../../domain/people/deadlines/easternTime.ts';
import {
  addBusinessDays,
  dayOf,
  federalHolidays,
  isBusinessDay,
  isFederalHoliday,
  weekdayOf,
} from '../../../../../domain/people/deadlines/federalHolidays.ts';

const datesOf = (year: number) => federalHolidays(year).map(({ day }) => isoDateOf(day));
const on = (date: string) => Date.parse(`${date}T00:00:00Z`) / 86_400_000;

/** As published by the Office of Personnel Management (opm.gov, Federal Holidays). */
const published: readonly (readonly [number, readonly string[]])[] = [
  [
    2021,
    [
      '2021-01-01',
      '2021-01-18',
      '2021-02-15',
      '2021-05-31',
      '2021-06-18',
      '2021-07-05',
      '2021-09-06',
      '2021-10-11',
      '2021-11-11',
      '2021-11-25',
      '2021-12-24',
    ],
  ],
  [
    2022,
    [
      '2021-12-31',
      '2022-01-17',
      '2022-02-21',
      '2022-05-30',
      '2022-06-20',
      '2022-07-04',
      '2022-09-05',
      '2022-10-10',
      '2022-11-11',
      '2022-11-24',
      '2022-12-26',
    ],
  ],
  [
    2026,
    [
      '2026-01-01',
      '2026-01-19',
      '2026-02-16',
      '2026-05-25',
      '2026-06-19',
      '2026-07-03',
      '2026-09-07',
      '2026-10-12',
      '2026-11-11',
      '2026-11-26',
      '2026-12-25',
    ],
  ],
  [
    2027,
    [
      '2027-01-01',
      '2027-01-18',
      '2027-02-15',
      '2027-05-31',
      '2027-06-18',
      '2027-07-05',
      '2027-09-06',
      '2027-10-11',
      '2027-11-11',
      '2027-11-25',
      '2027-12-24',
    ],
  ],
];

test.each(published)('observed holidays of %i', (year, dates) => {
  expect(datesOf(year)).toEqual(dates);
});

test("New Year's Day of 2028, a Saturday, is kept in 2027", () => {
  expect(isFederalHoliday(dayOf(2027, 12, 31))).toBe(true);
  expect(isFederalHoliday(dayOf(2028, 1, 1))).toBe(false);
});

test('Inauguration Day is a business day unless it is a holiday of all', () => {
  expect(isBusinessDay(dayOf(2029, 1, 20))).toBe(false);
  expect(weekdayOf(dayOf(2029, 1, 20))).toBe(6);
  expect(isBusinessDay(dayOf(2021, 1, 20))).toBe(true);
  // 20 January 2025 was also the birthday of Martin Luther King, Jr.
  expect(isBusinessDay(dayOf(2025, 1, 20))).toBe(false);
});

test('a holiday is not kept before there was a law', () => {
  expect(isFederalHoliday(dayOf(2020, 6, 19))).toBe(false);
  expect(isFederalHoliday(dayOf(2023, 6, 19))).toBe(true);
});

test.each([
  ['2026-11-20', 1, '2026-11-23'],
  ['2026-11-21', 1, '2026-11-23'],
  ['2026-11-25', 1, '2026-11-27'],
  ['2026-11-23', 10, '2026-12-08'],
  ['2026-12-08', 5, '2026-12-15'],
  ['2026-12-21', 10, '2027-01-06'],
  ['2027-12-23', 1, '2027-12-27'],
  ['2027-12-30', 1, '2028-01-03'],
  ['2026-07-02', 1, '2026-07-06'],
  ['2026-11-21', 0, '2026-11-21'],
])('%s and %i business days is %s', (from, n, to) => {
  expect(isoDateOf(addBusinessDays(on(from), n))).toBe(to);
});

test.each([-1, 0.5, Number.NaN, 1001])('%s is no number of business days', (n) => {
  expect(() => addBusinessDays(0, n)).toThrow(RangeError);
});

const days = fc.integer({ min: dayOf(1999, 1, 1), max: dayOf(2150, 12, 31) });
const few = fc.integer({ min: 0, max: 60 });

test('business days add up, move forward and never end on a day off', () => {
  fc.assert(
    fc.property(days, few, few, (day, n, m) => {
      const once = addBusinessDays(day, n + m);
      expect(addBusinessDays(addBusinessDays(day, n), m)).toBe(once);
      expect(once).toBeGreaterThanOrEqual(day + n + m);
      if (n + m > 0) {
        expect(isFederalHoliday(once)).toBe(false);
        expect([1, 2, 3, 4, 5]).toContain(weekdayOf(once));
      }
    }),
  );
});

test('a later day never gives an earlier one, and more days a later one', () => {
  fc.assert(
    fc.property(days, fc.nat(20), few, (day, later, n) => {
      expect(addBusinessDays(day + later, n)).toBeGreaterThanOrEqual(addBusinessDays(day, n));
      expect(addBusinessDays(day, n + 1)).toBeGreaterThan(addBusinessDays(day, n));
    }),
  );
});

test('the days counted over are exactly the business days between', () => {
  fc.assert(
    fc.property(days, fc.integer({ min: 1, max: 40 }), (day, n) => {
      const end = addBusinessDays(day, n);
      const between = Array.from({ length: end - day }, (_, index) => day + 1 + index);
      expect(between.filter(isBusinessDay)).toHaveLength(n);
    }),
  );
});
