import type { PaceTimes } from '../time/pace.ts';

/**
 * When a pending secret that stays rejected while the current one is good is set aside (DESIGN section 6): after a
 * quarter of the time that the current one has left, at most a day, at least the usual replication lag. It is kept, it
 * counts as a failed attempt, and the next one may come: a secret that never proves must not stop rotation for ever.
 * Times are milliseconds since the epoch; `currentEnd` null = the current one does not end.
 */
export function setAsideAt(
  rejectedSince: number,
  currentEnd: number | null,
  { setAsideLeast, setAsideMost }: Pick<PaceTimes, 'setAsideLeast' | 'setAsideMost'>,
): number {
  const quarter = currentEnd === null ? setAsideMost : (currentEnd - rejectedSince) / 4;
  return rejectedSince + Math.max(setAsideLeast, Math.min(setAsideMost, Math.floor(quarter)));
}
