import { requireAudience } from './audience.ts';
import { createDeadline } from './deadline.ts';
import { HttpGuardError } from './httpGuardError.ts';
import { bodyLimits } from './limits.ts';
import { type AllowedHosts, originOf, parsePublicUrl } from './publicUrl.ts';
import { requestHeaders } from './requestHeaders.ts';
import type { Transport } from './transport.ts';

export interface GuardedFetchOptions {
  /** Origins (or URLs) that may get a request with Authorization or a body. */
  readonly audience: readonly string[];
  /** Bytes of an answer's body; 1 MiB by default. */
  readonly maxBytes?: number;
  /** Called before each request's first byte may leave. */
  readonly onSend?: () => void;
}

/**
 * What `fetch` is, with an init that also takes `undefined` members, as openid-client and oauth4webapi declare them.
 */
export type GuardedFetch = (input: string | URL | Request, init?: GuardedFetchInit) => Promise<Response>;
export interface GuardedFetchInit {
  readonly method?: string | undefined;
  readonly headers?: RequestInit['headers'] | undefined;
  readonly body?: RequestInit['body'] | undefined;
  readonly signal?: AbortSignal | null | undefined;
  /** Whatever it is: redirects are returned. */
  readonly redirect?: RequestInit['redirect'] | undefined;
  readonly duplex?: 'half' | undefined;
}

/** Statuses whose Response must not be given a body (Fetch standard). */
const nullBodyStatuses = new Set([204, 205, 304]);

/** See `GuardedClient.fetchFor`. Takes what openid-client and oauth4webapi pass: a URL and an init with a text body. */
export function createGuardedFetch(
  transport: Transport,
  allowedHosts: AllowedHosts,
  total: number,
  options: GuardedFetchOptions,
): GuardedFetch {
  const audience = options.audience.map(originOf);
  return async (input, init) => {
    const verdict = parsePublicUrl(input instanceof Request ? input.url : String(input), allowedHosts);
    if (!verdict.ok) throw new HttpGuardError(verdict.code, `the URL ${verdict.message}`);
    const request = buildRequest(input, init);
    const { authorization, ...custom } = Object.fromEntries(request.headers);
    const carriesSecret = authorization !== undefined || request.body !== null;
    if (carriesSecret) requireAudience(verdict.url, audience);
    const headers = requestHeaders(custom, authorization ?? null);
    const body = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
    using deadline = createDeadline(total, request.signal);
    const answer = await transport.send({
      method: request.method,
      url: verdict.url,
      headers,
      body,
      maxBytes: options.maxBytes ?? bodyLimits.standard,
      reuseConnection: true,
      sentBefore: false,
      signal: deadline.signal,
      onSend: options.onSend,
    });
    const content = nullBodyStatuses.has(answer.status) ? null : new Uint8Array(answer.body);
    const response = new Response(content, { status: answer.status, headers: answer.headers });
    return Object.defineProperty(response, 'url', { value: verdict.url.href });
  };
}

function buildRequest(input: string | URL | Request, init: GuardedFetchInit = {}): Request {
  try {
    const { method, headers, body, signal } = init;
    return new Request(input, {
      ...(method !== undefined && { method }),
      ...(headers !== undefined && { headers }),
      ...(body != null && { body, duplex: 'half' }),
      ...(signal != null && { signal }),
    });
  } catch {
    // The platform's message quotes the header value or the URL.
    throw new HttpGuardError('header-not-allowed', 'the request has a malformed header or body');
  }
}
