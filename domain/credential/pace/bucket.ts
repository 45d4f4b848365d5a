import type { PaceTimes } from '../../time/pace.ts';

/**
 * Requests that a client may still send to its registration endpoint or client URI: the ceiling that holds whatever the
 * peer answers and whoever asks. In any 24 hours at most 48, in any 7 days 192, rotations that were worth it aside.
 */
export interface RequestBucket {
  /** At time `at`; below zero where something that could not wait was sent all the same. */
  readonly tokens: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A count, so apart from the times, which tests scale. */
export const bucketSize = 24;

/** Refilling adds fractions: what lacks less than a ten thousandth of a second to a token is one. */
const rounding = 1e-8;

type Refill = Pick<PaceTimes, 'bucketRefill'>;

/** The bucket of a client that has sent nothing yet. */
export function fullBucket(at: number): RequestBucket {
  return { tokens: bucketSize, at };
}

/** Tokens at a time. A clock that went back adds none. */
export function tokensAt(bucket: RequestBucket, now: number, { bucketRefill }: Refill): number {
  return Math.min(bucketSize, bucket.tokens + Math.max(0, now - bucket.at) / bucketRefill);
}

/** How many requests one step, such as a ladder of reads, may send now. */
export function affordable(bucket: RequestBucket, now: number, times: Refill): number {
  return Math.max(0, Math.floor(tokensAt(bucket, now, times) + rounding));
}

/** When the next request may be sent; null when one may be sent already at the bucket's own time. */
export function nextTokenAt(bucket: RequestBucket, { bucketRefill }: Refill): number | null {
  if (bucket.tokens + rounding >= 1) return null;
  return bucket.at + Math.ceil((1 - bucket.tokens) * bucketRefill);
}

/** Takes what was sent. */
export function spend(bucket: RequestBucket, now: number, times: Refill, requests = 1): RequestBucket {
  return { tokens: tokensAt(bucket, now, times) - requests, at: Math.max(now, bucket.at) };
}

/** Gives one back, never more than the bucket holds. */
export function giveBack(bucket: RequestBucket, now: number, times: Refill): RequestBucket {
  return { tokens: Math.min(bucketSize, tokensAt(bucket, now, times) + 1), at: Math.max(now, bucket.at) };
}
