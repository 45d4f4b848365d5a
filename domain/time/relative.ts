const units: readonly (readonly [Intl.RelativeTimeFormatUnit & string, number])[] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
const english = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

/**
 * A time as people say it: `in 3 days`, `12 seconds ago`. Rounded towards now, so that what is left is never overstated.
 * Both times in milliseconds since the epoch.
 */
export function relativeTime(at: number, now: number): string {
  const seconds = Math.trunc((at - now) / 1000);
  for (const [unit, size] of units) {
    // Two of a unit at least: "in 36 hours" tells more than "in 1 day".
    if (Math.abs(seconds) >= 2 * size) return english.format(Math.trunc(seconds / size), unit);
  }
  return seconds === 0 ? 'now' : english.format(seconds, 'second');
}
