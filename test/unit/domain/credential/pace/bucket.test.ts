import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  affordable,
  bucketSize,
  fullBucket,
  giveBack,
  nextTokenAt,
  spend,
  tokensAt,
} from '../../../../../domain/credential/pace/bucket.ts';
import { mostWithin } from '../../../../support/pacedPeer.ts';

const hour = 3_600_000;
const times = { bucketRefill: hour };

describe('the bucket of requests', () => {
  it('holds 24, one more each hour, never more than 24', () => {
    const spent = spend(fullBucket(0), 0, times, 24);
    expect(affordable(spent, 0, times)).toBe(0);
    expect(nextTokenAt(spent, times)).toBe(hour);
    expect(affordable(spent, hour - 1, times)).toBe(0);
    expect(affordable(spent, hour, times)).toBe(1);
    expect(tokensAt(spent, 1000 * hour, times)).toBe(bucketSize);
  });

  it('gains nothing from a clock that goes back, nor from a token given back to a full one', () => {
    const spent = spend(fullBucket(10 * hour), 10 * hour, times);
    expect(tokensAt(spent, 0, times)).toBe(bucketSize - 1);
    expect(spend(spent, 0, times)).toEqual({ tokens: bucketSize - 2, at: 10 * hour });
    expect(giveBack(fullBucket(0), hour, times).tokens).toBe(bucketSize);
  });

  it('waits longer after what had to be sent without a token', () => {
    const indebted = spend(fullBucket(0), 0, times, 26);
    expect(nextTokenAt(indebted, times)).toBe(3 * hour);
    expect(affordable(indebted, 0, times)).toBe(0);
  });

  it('has a token at the time that it names, for every history', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 * hour }), { maxLength: 300 }), (pauses) => {
        let bucket = fullBucket(0);
        let now = 0;
        const sent: number[] = [];
        for (const pause of pauses) {
          now = Math.max(now + pause, nextTokenAt(bucket, times) ?? 0);
          expect(affordable(bucket, now, times)).toBeGreaterThanOrEqual(1);
          bucket = spend(bucket, now, times);
          sent.push(now);
        }
        expect(mostWithin(sent, 24 * hour)).toBeLessThanOrEqual(48);
      }),
    );
  });
});
