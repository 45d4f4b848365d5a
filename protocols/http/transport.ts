import { Agent } from 'undici';
import { guardedConnector } from './connector.ts';
import { type ExchangeAnswer, type ExchangeRequest, exchange } from './exchange.ts';
import { createHostLimiter, type HostLimiter, type HostLimits } from './hostLimiter.ts';
import { afterSending, HttpGuardError, toGuardError } from './httpGuardError.ts';
import { type HttpTimeouts, longestAhead, longestHeaders, longestPin, mostAhead } from './limits.ts';
import { type AllowedHosts, portOf } from './publicUrl.ts';
import type { Resolve } from './resolver.ts';
import { createSocketsAhead } from './socketsAhead.ts';

export interface TransportRequest extends Omit<ExchangeRequest, 'timeouts'> {
  /** False: a fresh connection of its own. */
  readonly reuseConnection: boolean;
  /** An earlier hop of the same request was sent. */
  readonly sentBefore: boolean;
  /** Awaited when the host's limits let the request go; a rejection sends nothing. */
  readonly onTurn?: (() => Promise<void>) | undefined;
}

/** Sends one request within the host's limits, over guarded connections only. */
export interface Transport {
  /** @throws HttpGuardError only. */
  send(request: TransportRequest): Promise<ExchangeAnswer>;
  /** {@link HostLimiter.saturation} of a URL's host. */
  saturation(url: URL): number | null;
  /** Opens a connection for the next request to that origin that wants a fresh one; see {@link createSocketsAhead}. */
  openAhead(url: URL): void;
  close(): Promise<void>;
}

export interface TransportOptions {
  readonly allowedHosts: AllowedHosts;
  readonly resolve: Resolve;
  readonly timeouts: HttpTimeouts;
  readonly limits: HostLimits;
  readonly ca: readonly string[] | undefined;
}

export function createTransport(options: TransportOptions): Transport {
  const { allowedHosts, resolve, timeouts, ca } = options;
  const connect = guardedConnector({ allowedHosts, resolve, timeout: timeouts.connect, ca });
  // An explicit Agent also keeps out proxy variables and the process-wide dispatcher. Timeouts are the exchange's:
  // undici's are as coarse as a second.
  const settings = { connect, headersTimeout: 0, bodyTimeout: 0, maxHeaderSize: longestHeaders, allowH2: false };
  const ahead = createSocketsAhead(connect, { keepFor: longestAhead, most: mostAhead });
  const pooled = new Agent({ ...settings, pipelining: 1, clientTtl: longestPin, keepAliveMaxTimeout: longestPin });
  const single = new Agent({ ...settings, connect: ahead.connect, pipelining: 0 });
  const limiter: HostLimiter = createHostLimiter(options.limits);
  let closing: Promise<unknown> | undefined;

  async function send(request: TransportRequest): Promise<ExchangeAnswer> {
    if (closing !== undefined) throw new HttpGuardError('aborted', 'the client is closed');
    const release = await limiter.acquire(hostOf(request.url), request.signal);
    try {
      await request.onTurn?.();
      return await exchange(request.reuseConnection ? pooled : single, { ...request, timeouts });
    } finally {
      release();
    }
  }

  return {
    saturation: (url) => limiter.saturation(hostOf(url)),
    async send(request) {
      try {
        return await send(request);
      } catch (error) {
        const failure = toGuardError(error, request.url.origin, false);
        throw request.sentBefore ? afterSending(failure) : failure;
      }
    },
    openAhead: (url) => ahead.open(url),
    async close() {
      ahead.close();
      closing ??= Promise.all([pooled.close(), single.close()]);
      await closing;
    },
  };
}

const hostOf = (url: URL) => `${url.hostname}:${portOf(url)}`;
