import { HttpGuardError } from './httpGuardError.ts';

export interface HostLimits {
  /** Requests in flight at one host and port. */
  readonly maxConcurrent: number;
  /** Requests started per second, and the burst that may start at once. */
  readonly maxPerSecond: number;
  /**
   * Requests that wait for their turn at one host; more are refused at once, as each holds a place that steps at other
   * hosts need. No limit when left out.
   */
  readonly maxWaiting?: number;
}

export interface HostLimiter {
  /**
   * Waits for a place; call the answer once when the request is over. Rejects with the signal's reason, or with
   * `host-saturated` and a time to come again.
   */
  acquire(host: string, signal: AbortSignal): Promise<() => void>;
  /**
   * Null while another step may begin at a host, else in how many milliseconds it should be asked again. From half of
   * `maxWaiting`, so that steps that have begun find room for the rest of their requests.
   */
  saturation(host: string): number | null;
}

interface Host {
  active: number;
  tokens: number;
  refilledAt: number;
  timer: NodeJS.Timeout | undefined;
  /** Latest time that was named to one that was refused. */
  promised: number;
  readonly waiting: Set<() => void>;
}

/** Milliseconds in which one that was refused may come again. */
const soonest = 1_000;
const latest = 60_000;

/** Above this many hosts, those at rest are forgotten. */
const sweepAbove = 2_000;

/**
 * Per-host concurrency and token bucket, first come first served. `monotonic` is milliseconds from any start; wall
 * clocks jump.
 */
export function createHostLimiter(limits: HostLimits, monotonic: () => number = () => performance.now()): HostLimiter {
  const hosts = new Map<string, Host>();
  const interval = 1000 / limits.maxPerSecond;
  const maxWaiting = limits.maxWaiting ?? Number.POSITIVE_INFINITY;

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
    const host: Host = {
      active: 0,
      tokens,
      refilledAt: monotonic(),
      timer: undefined,
      promised: 0,
      waiting: new Set(),
    };
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

  /** One after the other at the host's rate, so that they do not all come again at once. */
  function comeAgain(host: Host): number {
    const now = monotonic();
    host.promised = Math.min(now + latest, Math.max(now + soonest, host.promised + interval));
    return Math.ceil(host.promised - now);
  }

  function release(host: Host): void {
    host.active -= 1;
    admit(host);
  }

  return {
    saturation(name) {
      const host = hosts.get(name);
      return host !== undefined && host.waiting.size * 2 >= maxWaiting ? comeAgain(host) : null;
    },

    acquire(name, signal) {
      const host = hostOf(name);
      if (host.waiting.size >= maxWaiting && !signal.aborted) {
        const message = `${name}: too many requests wait for this server already`;
        return Promise.reject(new HttpGuardError('host-saturated', message, false, comeAgain(host)));
      }
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
