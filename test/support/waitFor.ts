import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds between two looks. */
const interval = 50;

/**
 * Waits for a state: asks until the answer is neither null, undefined nor false, and answers it. Rejects after
 * `milliseconds` (60,000 by default), saying what was waited for and what was seen last.
 */
export async function waitFor<Value>(
  look: () => Promise<Value> | Value,
  options: { readonly what: string; readonly milliseconds?: number; readonly seen?: () => unknown },
): Promise<NonNullable<Exclude<Value, false>>> {
  const end = Date.now() + (options.milliseconds ?? 60_000);
  for (;;) {
    const value = await look();
    if (value !== null && value !== undefined && value !== false) return value as NonNullable<Exclude<Value, false>>;
    if (Date.now() > end) {
      const seen = options.seen === undefined ? '' : `; last seen: ${JSON.stringify(options.seen())}`;
      throw new Error(`waited in vain for ${options.what}${seen}`);
    }
    await delay(interval);
  }
}
