import { Client } from 'fhir-kit-client';
import type { GuardedClient, GuardedRequest, GuardedResponse } from './client.ts';
import { HttpGuardError } from './httpGuardError.ts';
import { originOf } from './publicUrl.ts';

/** FHIR HTTP client whose only way out is the guard. */
export interface GuardedFhirClient {
  /**
   * GETs a path below the FHIR base, such as `.well-known/smart-configuration` or `metadata`, and answers whatever the
   * server said: status and content are for the caller to judge.
   *
   * @throws HttpGuardError only.
   */
  get(path: string, accept: string, options?: FhirGetOptions): Promise<GuardedResponse>;
}

export type FhirGetOptions = Pick<GuardedRequest, 'maxBytes' | 'signal'>;

/** What fetch asks of a dispatcher (undici 7, the major in Node 24). */
interface FetchDispatch {
  readonly origin: string;
  readonly path: string;
  readonly headers: Iterable<readonly [string, string]> | Readonly<Record<string, string>>;
}
interface FetchHandler {
  onConnect(abort: (reason?: Error) => void): void;
  onHeaders(status: number, rawHeaders: Buffer[], resume: () => void, statusText: string): boolean;
  onData(chunk: Buffer): boolean;
  onComplete(trailers: string[]): void;
  onError(error: Error): void;
}

/** fetch's own headers, which would tell nothing or ask for a compressed answer. */
const notForwarded = new Set(['accept-encoding', 'accept-language', 'sec-fetch-mode', 'user-agent']);

/**
 * fhir-kit-client has no option for a fetch of its own, but passes request options on to the global one, and that takes
 * a `dispatcher`. Ours makes the request through the guard and hands the answer back; the caller gets the answer as the
 * guard saw it, because the library's errors carry bodies and drop headers and raw text.
 *
 * @param headers - Custom headers (`discoveryHeaders`); they stay on the origin of `baseUrl`.
 */
export function fhirClientFor(
  client: GuardedClient,
  baseUrl: string,
  headers: Readonly<Record<string, string>> = {},
): GuardedFhirClient {
  const origin = originOf(baseUrl);
  const fhir = new Client({ baseUrl: baseUrl.replace(/\/$/, ''), customHeaders: { ...headers } });
  return {
    async get(path, accept, options = {}) {
      if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(path))
        throw new HttpGuardError('url-not-allowed', `${origin}: the path must be relative to the FHIR base`);
      const outcome = Promise.withResolvers<GuardedResponse>();
      const dispatcher = guardDispatcher(client, options, outcome);
      // The library passes options on to Request as they are; its type leaves undici's extension out.
      const passed: { headers: Record<string, string> } = {
        headers: { accept },
        ...{ dispatcher, redirect: 'manual' },
      };
      fhir.request(path, { method: 'GET', options: passed }).catch(() => {
        outcome.reject(new HttpGuardError('header-not-allowed', `${origin}: the request cannot be built`));
      });
      return outcome.promise;
    },
  };
}

function guardDispatcher(
  client: GuardedClient,
  options: FhirGetOptions,
  outcome: PromiseWithResolvers<GuardedResponse>,
): { dispatch(request: FetchDispatch, handler: FetchHandler): boolean } {
  return {
    dispatch(request, handler) {
      handler.onConnect(() => undefined);
      const headers = Object.fromEntries(
        [...new Headers(asPairs(request.headers))].filter(([name]) => !notForwarded.has(name)),
      );
      client.request({ method: 'GET', url: request.origin + request.path, headers, ...options }).then(
        (response) => {
          outcome.resolve(response);
          replay(response, handler);
        },
        (error: Error) => {
          outcome.reject(error);
          handler.onError(error);
        },
      );
      return true;
    },
  };
}

function asPairs(headers: FetchDispatch['headers']): [string, string][] {
  return Symbol.iterator in headers ? [...headers].map(([name, text]) => [name, text]) : Object.entries(headers);
}

function replay(response: GuardedResponse, handler: FetchHandler): void {
  handler.onHeaders(response.status, [], () => undefined, '');
  handler.onData(Buffer.from(response.body));
  handler.onComplete([]);
}
