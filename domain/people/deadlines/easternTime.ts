import { nthWeekday } from './federalHolidays.ts';

/**
 * Calendar days in US Eastern time. The rule that sets the clocks is a federal one and counts business days of US
 * developers: in UTC a request made on a Friday evening in New York would be a Saturday's. Eastern time is that of the
 * agency that enforces the rule (HHS, in Washington) and the earliest of the contiguous states. A developer further west
 * may fairly think that his day ends up to three hours later, so a deadline is told as a date, and is not worth a
 * quarrel within hours.
 *
 * By rule instead of by `Intl`, which workflow code should not use: its data change with the version of Node, and a
 * replay must not. Daylight saving time is that of 15 U.S.C. 260a (since 2007): from the second Sunday of March to the
 * first Sunday of November, each at 2:00 local time.
 */
const hour = 3_600_000;
const dayLength = 24 * hour;
const standardOffset = 5 * hour;
const daylightOffset = 4 * hour;

/** What to add to Eastern local time to get UTC, in milliseconds; `at` in milliseconds since the epoch, UTC. */
function offsetAt(at: number): number {
  const year = new Date(at - standardOffset).getUTCFullYear();
  const begins = nthWeekday(2, 0, year, 3) * dayLength + 2 * hour + standardOffset;
  const ends = nthWeekday(1, 0, year, 11) * dayLength + 2 * hour + daylightOffset;
  return at >= begins && at < ends ? daylightOffset : standardOffset;
}

/** The day (since 1 January 1970) that it is in Eastern time; `at` in milliseconds since the epoch, UTC. */
export function easternDayOf(at: number): number {
  return Math.floor((at - offsetAt(at)) / dayLength);
}

/** Milliseconds since the epoch (UTC) at which an Eastern day is `hours` old; 0 is its begin. Not for the hours 1 to 3. */
export function easternTimeOf(day: number, hours: 0 | 9): number {
  const standard = day * dayLength + hours * hour + standardOffset;
  // The clock is never changed at midnight or at 9:00, so both readings of the offset agree there.
  return standard - standardOffset + offsetAt(standard);
}

/** The calendar date of a day, such as `2026-11-27`. */
export function isoDateOf(day: number): string {
  return new Date(day * dayLength).toISOString().slice(0, 10);
}
