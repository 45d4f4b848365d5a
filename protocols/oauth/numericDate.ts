/**
 * Beyond this many seconds a NumericDate is taken for milliseconds: the end of the year 9999 in one unit, which servers
 * write for "never", 1978 in the other.
 */
const mostSeconds = 253_402_300_799;
/** The last time that RFC 3339 can write, in milliseconds. */
const lastTime = mostSeconds * 1000 + 999;

/**
 * A NumericDate as servers write it: number or numeric string, in seconds or, beyond the year 9999, milliseconds. Answers
 * milliseconds since the epoch, or null when it cannot be read. Zero is 0; its meaning is the caller's.
 */
export function readNumericDate(value: unknown): number | null {
  const number = typeof value === 'string' && /^\s*\d{1,20}(?:\.\d{1,9})?\s*$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number) || number < 0) return null;
  const milliseconds = Math.floor(isInMilliseconds(number) ? number : number * 1000);
  return milliseconds <= lastTime ? milliseconds : null;
}

/** Whether a NumericDate that can be read is taken for milliseconds. */
export function isInMilliseconds(value: unknown): boolean {
  return Number(value) > mostSeconds;
}

/** Seconds of a `Retry-After` header (RFC 9110 section 10.2.3), or null. `now` in milliseconds since the epoch. */
export function readRetryAfter(value: string | undefined, now: number): number | null {
  if (value === undefined) return null;
  if (/^\s*\d{1,9}\s*$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - now) / 1000));
}
