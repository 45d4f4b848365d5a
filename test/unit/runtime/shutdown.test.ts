import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLog } from '../../../runtime/log/log.ts';
import { createShutdown, type ShutdownProcess } from '../../../runtime/shutdown.ts';

class FakeProcess extends EventEmitter implements ShutdownProcess {
  readonly codes: number[] = [];
  exit(code: number): void {
    this.codes.push(code);
  }
}

function setUp(graceMilliseconds = 20_000) {
  const host = new FakeProcess();
  const shutdown = createShutdown({ log: createLog('silent'), graceMilliseconds, process: host });
  return { host, shutdown };
}

describe('createShutdown', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'closes the last part first after %s and exits 0',
    async (signal) => {
      const { host, shutdown } = setUp();
      const order: string[] = [];
      shutdown.add('temporal', async () => void order.push('temporal'));
      shutdown.add('worker', () => void order.push('worker'));
      shutdown.add('api', async () => {
        await Promise.resolve();
        order.push('api');
      });
      host.emit(signal, signal);
      expect(shutdown.signal.aborted).toBe(true);
      await shutdown.begin();
      expect(order).toEqual(['api', 'worker', 'temporal']);
      expect(host.codes).toEqual([0]);
      expect(host.listenerCount(signal)).toBe(0);
    },
  );

  it('goes on after a closer that fails, and exits 1', async () => {
    const { host, shutdown } = setUp();
    const order: string[] = [];
    shutdown.add('first', () => void order.push('first'));
    shutdown.add('second', () => Promise.reject(new Error('no')));
    await shutdown.begin();
    expect(order).toEqual(['first']);
    expect(host.codes).toEqual([1]);
  });

  it('exits 1 when it was begun by an error', async () => {
    const { host, shutdown } = setUp();
    await shutdown.begin(new Error('worker died'));
    expect(host.codes).toEqual([1]);
  });

  it('exits 130 at once on a second signal', () => {
    const { host, shutdown } = setUp();
    shutdown.add('stuck', () => new Promise(() => undefined));
    host.emit('SIGINT', 'SIGINT');
    expect(host.codes).toEqual([]);
    host.emit('SIGTERM', 'SIGTERM');
    expect(host.codes).toEqual([130]);
  });

  it('exits 1 by force ten seconds after the grace', async () => {
    vi.useFakeTimers();
    const { host, shutdown } = setUp(20_000);
    shutdown.add('stuck', () => new Promise(() => undefined));
    host.emit('SIGTERM', 'SIGTERM');
    await vi.advanceTimersByTimeAsync(29_999);
    expect(host.codes).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(host.codes).toEqual([1]);
  });

  it('closes once however often it is begun', async () => {
    const { host, shutdown } = setUp();
    let closed = 0;
    shutdown.add('part', () => {
      closed += 1;
    });
    await Promise.all([shutdown.begin(), shutdown.begin(new Error('late'))]);
    expect(closed).toBe(1);
    expect(host.codes).toEqual([0]);
  });
});
