import { durationToMilliseconds } from './duration.ts';

const minute = 60_000;
const units = [
  ['day', 24 * 60 * minute],
  ['hour', 60 * minute],
  ['minute', minute],
  ['second', 1000],
] as const;

/** An ISO 8601 duration of days and smaller units as people say it: `PT48H` is `2 days`, `PT90M` is `90 minutes`. */
export function durationText(duration: string): string {
  const milliseconds = durationToMilliseconds(duration);
  const [name, size] = units.find(([, length]) => milliseconds >= length && milliseconds % length === 0) ?? units[3];
  const count = milliseconds / size;
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
