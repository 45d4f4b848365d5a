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
