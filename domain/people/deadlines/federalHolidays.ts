/**
 * Days are counted since 1 January 1970 in the proleptic Gregorian calendar, as one number without a time zone. Plain
 * arithmetic, so that workflow code can use it.
 */
const dayLength = 86_400_000;

/** The day of a calendar date; `month` from 1. */
export function dayOf(year: number, month: number, date: number): number {
  return Date.UTC(year, month - 1, date) / dayLength;
}

/** Sunday is 0. */
export function weekdayOf(day: number): number {
  // 1 January 1970 was a Thursday.
  return (((day + 4) % 7) + 7) % 7;
}

/** The n-th Sunday (0) to Saturday (6) of a month; n from 1. */
export function nthWeekday(n: number, weekday: number, year: number, month: number): number {
  const first = dayOf(year, month, 1);
  return first + ((weekday - weekdayOf(first) + 7) % 7) + (n - 1) * 7;
}

function lastWeekday(weekday: number, year: number, month: number): number {
  const last = dayOf(year, month + 1, 1) - 1;
  return last - ((weekdayOf(last) - weekday + 7) % 7);
}

/**
 * The legal public holidays of 5 U.S.C. 6103(a), by the rule of each. Inauguration Day is none of them: 6103(c) gives it
 * to federal employees in and around the District of Columbia alone, and no developer of certified technology rests
 * then. Days off by executive order (such as 24 December in some years) are not public holidays either.
 */
const holidays: readonly { readonly name: string; readonly since: number; readonly day: (year: number) => number }[] = [
  { name: "New Year's Day", since: 1870, day: (year) => dayOf(year, 1, 1) },
  { name: 'Birthday of Martin Luther King, Jr.', since: 1986, day: (year) => nthWeekday(3, 1, year, 1) },
  { name: "Washington's Birthday", since: 1971, day: (year) => nthWeekday(3, 1, year, 2) },
  { name: 'Memorial Day', since: 1971, day: (year) => lastWeekday(1, year, 5) },
  { name: 'Juneteenth National Independence Day', since: 2021, day: (year) => dayOf(year, 6, 19) },
  { name: 'Independence Day', since: 1870, day: (year) => dayOf(year, 7, 4) },
  { name: 'Labor Day', since: 1894, day: (year) => nthWeekday(1, 1, year, 9) },
  { name: 'Columbus Day', since: 1971, day: (year) => nthWeekday(2, 1, year, 10) },
  { name: 'Veterans Day', since: 1978, day: (year) => dayOf(year, 11, 11) },
  { name: 'Thanksgiving Day', since: 1942, day: (year) => nthWeekday(4, 4, year, 11) },
  { name: 'Christmas Day', since: 1870, day: (year) => dayOf(year, 12, 25) },
];

const saturday = 6;
const sunday = 0;

/**
 * The day on which nobody works: a holiday on a Saturday is kept on the Friday before (5 U.S.C. 6103(b)(1)), one on a
 * Sunday on the Monday after (Executive Order 11582, section 3(a)).
 */
function observed(day: number): number {
  if (weekdayOf(day) === saturday) return day - 1;
  return weekdayOf(day) === sunday ? day + 1 : day;
}

/** Observed US federal holidays that come from a year, in order; New Year's Day on a Saturday is kept in the year before. */
export function federalHolidays(year: number): { readonly name: string; readonly day: number }[] {
  return holidays
    .filter(({ since }) => year >= since)
    .map(({ name, day }) => ({ name, day: observed(day(year)) }))
    .sort((left, right) => left.day - right.day);
}

/** Whether a day is an observed US federal holiday. */
export function isFederalHoliday(day: number): boolean {
  const year = new Date(day * dayLength).getUTCFullYear();
  return [year, year + 1].some((of) => federalHolidays(of).some((holiday) => holiday.day === day));
}

/** Whether a day is neither Saturday nor Sunday nor an observed US federal holiday. */
export function isBusinessDay(day: number): boolean {
  const weekday = weekdayOf(day);
  return weekday !== saturday && weekday !== sunday && !isFederalHoliday(day);
}

/**
 * The n-th business day after a day, which itself is not counted; the day itself for 0. Throws a RangeError for what is
 * not a whole number of 0 to 1,000 business days.
 */
export function addBusinessDays(day: number, n: number): number {
  if (!Number.isInteger(n) || n < 0 || n > 1000) throw new RangeError('not a number of business days');
  let reached = day;
  for (let left = n; left > 0; ) {
    reached += 1;
    if (isBusinessDay(reached)) left -= 1;
  }
  return reached;
}
