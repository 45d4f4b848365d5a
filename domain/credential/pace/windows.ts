import { stableFraction } from '../../text/stableHash.ts';

/** A time in which no rotation shall start, `end` excluded; milliseconds since the epoch. */
export interface FreezeWindow {
  readonly start: number;
  readonly end: number;
}

export interface Placed {
  readonly at: number;
  /** Where a window moved it to; `inside` = nowhere else would do, expiry wins, which is announced. Null: not in one. */
  readonly moved: 'before' | 'after' | 'inside' | null;
}

export interface Placing {
  /** What the spreading hangs on. */
  readonly registrationId: string;
  readonly at: number;
  /** Not earlier than this where it can be helped, and never earlier than `notBefore`. */
  readonly from: number;
  readonly notBefore: number;
  /** After a window only up to here; null = as late as it likes. */
  readonly until: number | null;
  /** Over how long what falls into one window is spread, and the least room that is worth it. */
  readonly spread: number;
  readonly room: number;
}

/** Windows of a policy, in order; those with less than `room` between them are one. */
export function readWindows(
  policy: { readonly freezeWindows?: readonly { readonly start: string; readonly end: string }[] | undefined },
  room: number,
): FreezeWindow[] {
  const sorted = (policy.freezeWindows ?? [])
    .map((window) => ({ start: Date.parse(window.start), end: Date.parse(window.end) }))
    .sort((left, right) => left.start - right.start);
  const merged: FreezeWindow[] = [];
  for (const window of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && window.start - last.end < room) {
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, window.end) };
    } else merged.push(window);
  }
  return merged;
}

/**
 * Where a rotation goes whose time falls into a freeze window (DESIGN section 6): spread over the hours before it, so
 * that a fleet does not share a second; where these have passed, over the hours after it, if that leaves life enough;
 * else it stays where it was, as a freeze must not end in an expired credential.
 */
export function placeOutside(windows: readonly FreezeWindow[], placing: Placing): Placed {
  const index = windows.findIndex(({ start, end }) => placing.at >= start && placing.at < end);
  const window = windows[index];
  if (window === undefined) return { at: placing.at, moved: null };
  const { room } = placing;
  const earliest = Math.max(window.start - placing.spread, windows[index - 1]?.end ?? Number.NEGATIVE_INFINITY);
  const latest = Math.min(
    window.end + placing.spread,
    windows[index + 1]?.start ?? Number.POSITIVE_INFINITY,
    placing.until ?? Number.POSITIVE_INFINITY,
  );
  const before = (from: number) => slot(placing.registrationId, Math.max(earliest, from), window.start, room);
  const preferred = before(Math.max(placing.from, placing.notBefore));
  if (preferred !== null) return { at: preferred, moved: 'before' };
  const after = slot(placing.registrationId, Math.max(window.end, placing.notBefore), latest, room);
  if (after !== null) return { at: after, moved: 'after' };
  const early = before(placing.notBefore);
  return early === null ? { at: placing.at, moved: 'inside' } : { at: early, moved: 'before' };
}

/** A stable time in [from, to), for this registration; null when there is no room. */
function slot(registrationId: string, from: number, to: number, room: number): number | null {
  if (to - from < room) return null;
  return from + Math.floor(stableFraction(`${registrationId}/window`) * (to - from));
}
