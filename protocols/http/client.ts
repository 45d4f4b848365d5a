import { hash } from 'node:crypto';
import type { Clock } from '../../domain/time/clock.ts';
import { type AudienceSecret, requireAudience } from './audience.ts';
import { createDeadline } from './deadline.ts';
import type { ExchangeAnswer } from './exchange.ts';
import { createGuardedFetch, type GuardedFetch, type GuardedFetchOptions } from './guardedFetch.ts';
import { HttpGuardError, type HttpGuardErrorCode } from './httpGuardError.ts';
import { bodyLimits, type HttpTimeouts, httpTimeouts } from './limits.ts';
import { type AllowedHosts, addressMessage, literalAddress, parseAllowedHosts, parsePublicUrl } from './publicUrl.ts';
import { type Hop, isRedirect, nextHop } from './redirects.ts';
import { requestHeaders } from './requestHeaders.ts';
import { type Resolve, resolveChecked, systemResolve } from './resolver.ts';
import { createTransport } from './transport.ts';

export { HttpGuardError, type HttpGuardErrorCode } from './httpGuardError.ts';
export { type HttpTimeouts, httpTimeouts } from './limits.ts';

export interface GuardedRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  /** Custom headers; framing headers and `Authorization` are refused. Those with an allowed host stay on its origin. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Sent as RFC 6750 bearer token, or as RFC 7617 `user-id:password`; only to the secret's audience. */
  readonly credential?: { readonly secret: AudienceSecret; readonly scheme: 'bearer' | 'basic' };
  /** Origins of a secret that the body carries: it goes nowhere else. */
  readonly audience?: readonly string[];
  /** Bytes of the answer's body; 1 MiB by default. */
  readonly maxBytes?: number;
  /**
   * The request cannot be made again: an answer whose coding nobody knows, that exceeds `maxBytes`, or that ends before
   * its end, is given as `raw` instead of being refused.
   */
  readonly keepWhatever?: boolean;
  /** GET only, where it is the default. */
  readonly followRedirects?: boolean;
  readonly signal?: AbortSignal;
  /** Awaited once, when the host's limits let the request go; rejects with HttpGuardError to send nothing. */
  readonly onTurn?: () => Promise<void>;
  /** Called once, right before the first byte may leave. */
  readonly onSend?: () => void;
}

export interface GuardedResponse {
  readonly status: number;
  /** Names in lower case, repeated ones joined by comma, cookies left out. */
  readonly headers: Record<string, string>;
  /** Decoded as UTF-8. */
  readonly body: string;
  readonly bytes: number;
  /** Bytes of a body that cannot be read, or was cut off at `maxBytes`. */
  readonly raw?: Buffer;
  /** The answer ended before its end. */
  readonly cutOff?: true;
  /** After redirects. */
  readonly url: string;
  /** URLs that were redirected from, in order. */
  readonly redirects: string[];
  /** Milliseconds since the epoch, UTC. */
  readonly fetchedAt: number;
  /** Hexadecimal, of the raw body. */
  readonly sha256: string;
}

export interface GuardedClient {
  /** @throws HttpGuardError, and nothing else. */
  request(request: GuardedRequest): Promise<GuardedResponse>;
  /**
   * A `fetch` for libraries: what carries Authorization or a body goes to `audience` only; redirects are returned, not
   * followed; the body is capped. Rejects with HttpGuardError.
   */
  fetchFor(options: GuardedFetchOptions): GuardedFetch;
  /** Judges a URL of an input: literal address, or all that its name resolves to. `dns`: does not resolve now. */
  checkUrl(url: string): Promise<{ ok: true } | { ok: false; code: HttpGuardErrorCode; message: string }>;
  /**
   * Null while another step may begin at the host of a URL, else in how many milliseconds it should be asked again:
   * too many requests of this process wait for it.
   */
  saturation(url: string): number | null;
  /**
   * Opens a connection, under every check of a request, for the next request to this URL's origin that cannot be
   * repeated: its handshake then costs no time. For endpoints of the approved snapshot only. One that no request takes
   * is closed within seconds; what goes wrong is told by the request that would have used it.
   */
  openAhead(url: string): void;
  /** Waits for requests in flight; later ones are refused. May be called again. */
  close(): Promise<void>;
}

export interface GuardedClientOptions {
  /** Exact `host:port`, IPv6 bracketed, that may be private or plain http. */
  readonly allowedHosts: readonly string[];
  readonly resolve?: Resolve;
  readonly timeouts?: Partial<HttpTimeouts>;
  /** In flight at one host and port; 8 by default. */
  readonly maxConcurrentPerHost?: number;
  /** Started per second at one host and port; 20 by default. */
  readonly maxPerSecondPerHost?: number;
  /** Requests that wait for their turn at one host; more are refused with `host-saturated`. 16 by default. */
  readonly maxWaitingPerHost?: number;
  readonly clock?: Clock;
  /** PEM certificates to trust instead of Node's; in production use NODE_EXTRA_CA_CERTS. */
  readonly ca?: readonly string[];
}

/** @throws RangeError when an entry of `allowedHosts` is no `host:port`. */
export function createGuardedClient(options: GuardedClientOptions): GuardedClient {
  const allowedHosts = parseAllowedHosts(options.allowedHosts);
  const timeouts: HttpTimeouts = { ...httpTimeouts, ...options.timeouts };
  const resolve = options.resolve ?? systemResolve;
  const now = options.clock === undefined ? Date.now : () => options.clock?.now() ?? Date.now();
  const transport = createTransport({
    allowedHosts,
    resolve,
    timeouts,
    ca: options.ca,
    limits: {
      maxConcurrent: options.maxConcurrentPerHost ?? 8,
      maxPerSecond: options.maxPerSecondPerHost ?? 20,
      maxWaiting: options.maxWaitingPerHost ?? 16,
    },
  });

  async function request(given: GuardedRequest): Promise<GuardedResponse> {
    const first = firstHop(given, allowedHosts);
    using deadline = createDeadline(timeouts.total, given.signal);
    const follow = given.method === 'GET' && (given.followRedirects ?? true);
    const redirects: string[] = [];
    let hop = first;
    for (;;) {
      const answer = await transport.send({
        method: given.method,
        url: hop.url,
        headers: hop.headers,
        body: given.body ?? null,
        maxBytes: given.maxBytes ?? bodyLimits.standard,
        keepWhatever: given.keepWhatever,
        // A connection that the peer closes at that moment would leave open whether a request that cannot be
        // repeated arrived.
        reuseConnection: given.method === 'GET',
        signal: deadline.signal,
        sentBefore: redirects.length > 0,
        onTurn: redirects.length > 0 ? undefined : given.onTurn,
        onSend: redirects.length > 0 ? undefined : given.onSend,
        discardBody: follow ? isRedirect : undefined,
      });
      if (!follow || !isRedirect(answer.status, answer.headers)) return response(answer, hop.url, redirects, now());
      redirects.push(hop.url.href);
      hop = nextHop(hop, answer.headers['location'] ?? '', redirects.length - 1, allowedHosts);
    }
  }

  return {
    request,
    fetchFor: (fetchOptions) => createGuardedFetch(transport, allowedHosts, timeouts.total, fetchOptions),
    async checkUrl(text) {
      const verdict = parsePublicUrl(text, allowedHosts);
      if (!verdict.ok) return verdict;
      const { url } = verdict;
      try {
        await resolveChecked(url.hostname, literalAddress(url), allowedHosts.has(url), resolve, timeouts.connect);
        return { ok: true };
      } catch (error) {
        if (error instanceof HttpGuardError) return { ok: false, code: error.code, message: error.message };
        return { ok: false, code: 'address-not-allowed', message: addressMessage(url.hostname, allowedHosts.has(url)) };
      }
    },
    saturation(text) {
      const verdict = parsePublicUrl(text, allowedHosts);
      return verdict.ok ? transport.saturation(verdict.url) : null;
    },
    openAhead(text) {
      const verdict = parsePublicUrl(text, allowedHosts);
      if (verdict.ok) transport.openAhead(verdict.url);
    },
    close: () => transport.close(),
  };
}

function firstHop(given: GuardedRequest, allowedHosts: AllowedHosts): Hop {
  const verdict = parsePublicUrl(given.url, allowedHosts);
  if (!verdict.ok) throw new HttpGuardError(verdict.code, `the URL ${verdict.message}`);
  if (given.audience !== undefined) requireAudience(verdict.url, given.audience);
  if (given.credential !== undefined) requireAudience(verdict.url, given.credential.secret.audience);
  return { url: verdict.url, headers: requestHeaders(given.headers ?? {}, authorizationOf(given.credential)) };
}

function authorizationOf(credential: GuardedRequest['credential']): string | null {
  if (credential === undefined) return null;
  const { secret, scheme } = credential;
  return scheme === 'bearer' ? `Bearer ${secret.value}` : `Basic ${Buffer.from(secret.value).toString('base64')}`;
}

function response(answer: ExchangeAnswer, url: URL, redirects: string[], fetchedAt: number): GuardedResponse {
  return {
    status: answer.status,
    headers: answer.headers,
    body: new TextDecoder().decode(answer.body),
    bytes: answer.body.length,
    ...(answer.raw === undefined ? {} : { raw: answer.raw }),
    ...(answer.cutOff === undefined ? {} : { cutOff: answer.cutOff }),
    url: url.href,
    redirects,
    fetchedAt,
    sha256: hash('sha256', answer.body),
  };
}
