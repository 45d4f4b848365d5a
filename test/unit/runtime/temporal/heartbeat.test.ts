import type { Context } from '@temporalio/activity';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { heartbeats } from '../../../../runtime/temporal/heartbeat.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Runs an activity for a while; how often it was told that its worker lives. */
async function beatsOf(heartbeatTimeoutMs: number | undefined, lasts: number, fails = false): Promise<number> {
  const heartbeat = vi.fn();
  const { inbound } = heartbeats({ info: { heartbeatTimeoutMs }, heartbeat } as unknown as Context);
  const work = async () => {
    await new Promise((resolve) => setTimeout(resolve, lasts));
    if (fails) throw new Error('refused');
  };
  const running = inbound?.execute?.({ args: [], headers: {} }, work);
  const ended = expect(running)[fails ? 'rejects' : 'resolves'][fails ? 'toThrow' : 'toBeUndefined']();
  await vi.advanceTimersByTimeAsync(lasts);
  await ended;
  expect(vi.getTimerCount()).toBe(0);
  return heartbeat.mock.calls.length;
}

describe('heartbeats', () => {
  it.each<[string, number | undefined, number, boolean, number]>([
    ['three in each time-out, while it lasts', 15_000, 31_000, false, 6],
    ['none of an activity that asks for none', undefined, 31_000, false, 0],
    ['none of one that is over before', 15_000, 1_000, false, 0],
    ['until it fails', 15_000, 6_000, true, 1],
  ])('are %s', async (_, timeout, lasts, fails, beats) => {
    expect(await beatsOf(timeout, lasts, fails)).toBe(beats);
  });
});
