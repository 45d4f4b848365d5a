/**
 * Whether the proofs of one origin are to be believed one by one: where a fifth of them turn bad within an hour, the
 * server has a bad hour, not each of its clients (DESIGN section 5). Times are milliseconds since the epoch, UTC.
 */
export interface OriginHealth {
  /** Proofs rest until then; null = they go on. */
  readonly pausedUntil: number | null;
  /** Set from the first pause until a sample went well again: bad verdicts wake nobody meanwhile. */
  readonly reason: 'OriginVerdictsBad' | null;
  readonly windowStartedAt: number;
  readonly bad: number;
  readonly total: number;
}

const window = 3_600_000;
const pauseFor = 3_600_000;
const badShare = 1 / 5;
/** Fewer say nothing about a server. */
const fewestBad = 3;
/** Verdicts after a pause that decide whether it is over. */
const sample = 5;

export interface Noted {
  readonly health: OriginHealth;
  /** The verdict is kept from the entity: it says more of the server than of the credential. */
  readonly withheld: boolean;
  /** Proofs pause from now on; told once. */
  readonly pauseBegan: boolean;
}

/** @param turnedBad a credential that was good is rejected now, or nothing can be said of it. */
export function noteVerdict(known: OriginHealth | null, turnedBad: boolean, now: number): Noted {
  const fresh = known === null || now - known.windowStartedAt >= window;
  const suspect = known?.reason ?? null;
  const bad = (fresh ? 0 : known.bad) + (turnedBad ? 1 : 0);
  const total = (fresh ? 0 : known.total) + 1;
  const windowStartedAt = fresh ? now : known.windowStartedAt;
  const counted = { pausedUntil: null, windowStartedAt, bad, total };
  if (suspect !== null) return afterPause(known, { ...counted, reason: suspect }, turnedBad, now);
  if (bad >= fewestBad && bad >= total * badShare)
    return { health: paused(now), withheld: turnedBad, pauseBegan: true };
  return { health: { ...counted, reason: null }, withheld: false, pauseBegan: false };
}

/** One credential that is really gone must not hold up all others: half of the sample decides. */
function afterPause(known: OriginHealth | null, counted: OriginHealth, turnedBad: boolean, now: number): Noted {
  // A verdict of a proof that was under way when the pause began.
  if (known?.pausedUntil != null && known.pausedUntil > now)
    return { health: known, withheld: turnedBad, pauseBegan: false };
  if (counted.total < sample) return { health: counted, withheld: turnedBad, pauseBegan: false };
  if (counted.bad * 2 >= counted.total) return { health: paused(now), withheld: turnedBad, pauseBegan: false };
  return { health: { ...counted, reason: null }, withheld: turnedBad, pauseBegan: false };
}

function paused(now: number): OriginHealth {
  return { pausedUntil: now + pauseFor, reason: 'OriginVerdictsBad', windowStartedAt: now, bad: 0, total: 0 };
}
