import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHostLimiter } from '../../../../protocols/http/hostLimiter.ts';

const never = new AbortController().signal;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('createHostLimiter', () => {
  it('lets no more than the limit run at one host, in order, and does not hold up another host', async () => {
    const limiter = createHostLimiter({ maxConcurrent: 2, maxPerSecond: 1000 });
    const order: number[] = [];
    const releases = [await limiter.acquire('a', never), await limiter.acquire('a', never)];
    const waiting = [3, 4].map((number) =>
      limiter.acquire('a', never).then((release) => [order.push(number), release] as const),
    );
    await limiter.acquire('b', never);
    expect(order).toEqual([]);
    releases[0]?.();
    releases[0]?.();
    await waiting[0];
    await vi.advanceTimersByTimeAsync(1000);
    expect(order).toEqual([3]);
    (await waiting[0])?.[1]();
    await waiting[1];
    expect(order).toEqual([3, 4]);
  });

  it('starts a burst and then the rate', async () => {
    const limiter = createHostLimiter({ maxConcurrent: 1000, maxPerSecond: 5 });
    let started = 0;
    for (let index = 0; index < 20; index += 1) void limiter.acquire('a', never).then(() => (started += 1));
    await vi.advanceTimersByTimeAsync(0);
    expect(started).toBe(5);
    await vi.advanceTimersByTimeAsync(1000);
    expect(started).toBe(10);
    await vi.advanceTimersByTimeAsync(2000);
    expect(started).toBe(20);
  });

  it('refuses at once, with a time to come again, what a saturated host would keep waiting', async () => {
    const limiter = createHostLimiter({ maxConcurrent: 8, maxPerSecond: 1000, maxWaiting: 8 });
    const releases: (() => void)[] = [];
    const asked = Array.from({ length: 100 }, () =>
      limiter.acquire('slow', never).then((release) => releases.push(release)),
    );
    let refused = 0;
    for (const one of asked)
      one.catch((error: unknown) => {
        refused += 1;
        expect(error).toMatchObject({ name: 'HttpGuardError', code: 'host-saturated', requestSent: false });
        expect((error as { retryAfterMilliseconds: number }).retryAfterMilliseconds).toBeGreaterThanOrEqual(1000);
      });
    await vi.advanceTimersByTimeAsync(0);
    expect({ started: releases.length, refused }).toEqual({ started: 8, refused: 84 });
    // Other hosts go on, and those that wait take their turn.
    await limiter.acquire('quick', never);
    releases[0]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(releases.length).toBe(9);
  });

  it('spreads the times at which those it refused come again', async () => {
    const limiter = createHostLimiter({ maxConcurrent: 1, maxPerSecond: 10, maxWaiting: 1 });
    await limiter.acquire('slow', never);
    void limiter.acquire('slow', never);
    const waits: number[] = [];
    for (let index = 0; index < 50; index += 1)
      await limiter.acquire('slow', never).catch((error: { retryAfterMilliseconds: number }) => {
        waits.push(error.retryAfterMilliseconds);
      });
    expect(new Set(waits).size).toBe(50);
    expect(Math.max(...waits)).toBeLessThanOrEqual(60_000);
  });

  it('lets go of who gives up while waiting', async () => {
    const limiter = createHostLimiter({ maxConcurrent: 1, maxPerSecond: 1000 });
    const release = await limiter.acquire('a', never);
    const abort = new AbortController();
    const gaveUp = limiter.acquire('a', abort.signal);
    const next = limiter.acquire('a', never);
    abort.abort(new Error('gave up'));
    await expect(gaveUp).rejects.toThrow('gave up');
    release();
    await expect(next).resolves.toBeTypeOf('function');
  });

  it('refuses a signal that is aborted already', async () => {
    const limiter = createHostLimiter({ maxConcurrent: 1, maxPerSecond: 1 });
    await expect(limiter.acquire('a', AbortSignal.abort(new Error('late')))).rejects.toThrow('late');
  });

  it('forgets hosts at rest, not their spent rate', async () => {
    const limiter = createHostLimiter({ maxConcurrent: 10, maxPerSecond: 1 });
    (await limiter.acquire('spent', never))();
    for (let index = 0; index < 5000; index += 1) void limiter.acquire(`host-${index}`, never);
    let again = false;
    void limiter.acquire('spent', never).then(() => (again = true));
    await vi.advanceTimersByTimeAsync(900);
    expect(again).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(again).toBe(true);
  });
});
