/**
 * Milliseconds of an ISO 8601 duration of days and smaller units, such as `P30D` or `PT10M`. Throws a RangeError for
 * anything else. Apart from its schema, as workflows need it and must not load zod.
 */
export function durationToMilliseconds(duration: string): number {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(duration);
  if (parts === null) throw new RangeError('not an ISO 8601 duration');
  const [days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
  ];
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}
