export interface HostLimits {
  /** Requests in flight at one host and port. */
  readonly maxConcurrent: number;
  /** Requests started per second, and the burst that may start at once. */
  readonly maxPerSecond: number;
}

export interface HostLimiter {
  /** Waits for a place; call the answer once when the request is over. Rejects with the signal's reason. */
  acquire(host: string, signal: AbortSignal): Promise<() => void>;
}

interface Host {
  active: number;
  tokens: number;
  refilledAt: number;
  timer: NodeJS.Timeout | undefined;
  readonly waiting: Set<() => void>;
}

/** Above this many hosts, those at rest are forgotten. */
const sweepAbove = 2_000;

/**
 * Per-host concurrency and token bucket, first come first served. `monotonic` is milliseconds from any start; wall
 * clocks jump.
 */
export function createHostLimiter(limits: HostLimits, monotonic: () => number = () => performance.now()): HostLimiter {
  const hosts = new Map<string, Host>();
  const interval = 1000 / limits.maxPerSecond;

  function refill(host: Host): void {
    const now = monotonic();
    host.tokens = Math.min(Math.max(1, limits.maxPerSecond), host.tokens + (now - host.refilledAt) / interval);
    host.refilledAt = now;
  }

  function hostOf(name: string): Host {
    const known = hosts.get(name);
    if (known !== undefined) return known;
    if (hosts.size >= sweepAbove) sweep();
    const tokens = Math.max(1, limits.maxPerSecond);
    const host: Host = { active: 0, tokens, refilledAt: monotonic(), timer: undefined, waiting: new Set() };
    hosts.set(name, host);
    return host;
  }

  function sweep(): void {
    for (const [name, host] of hosts) {
      refill(host);
      if (host.active === 0 && host.waiting.size === 0 && host.tokens >= Math.max(1, limits.maxPerSecond))
        hosts.delete(name);
    }
  }

  function admit(host: Host): void {
    refill(host);
    for (const start of host.waiting) {
      if (host.active >= limits.maxConcurrent) return;
      if (host.tokens < 1) {
        host.timer ??= setTimeout(
          () => {
            host.timer = undefined;
            admit(host);
          },
          Math.ceil((1 - host.tokens) * interval),
        );
        return;
      }
      host.tokens -= 1;
      host.active += 1;
      host.waiting.delete(start);
      start();
    }
  }

  function release(host: Host): void {
    host.active -= 1;
    admit(host);
  }

  return {
    acquire(name, signal) {
      const host = hostOf(name);
      return new Promise((resolve, reject) => {
        const abort = (): void => {
          host.waiting.delete(start);
          reject(signal.reason as Error);
        };
        const start = (): void => {
          signal.removeEventListener('abort', abort);
          let released = false;
          resolve(() => {
            if (!released) release(host);
            released = true;
          });
        };
        if (signal.aborted) return abort();
        signal.addEventListener('abort', abort, { once: true });
        host.waiting.add(start);
        admit(host);
      });
    },
  };
}
