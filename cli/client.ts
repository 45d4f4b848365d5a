import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../domain/time/clock.ts';
import { CommandError, exitCodes, failed } from './errors.ts';
import { plainText } from './plainText.ts';

/** Speaks to the API of a running Registrar. */
export interface ApiClient {
  readonly url: URL;
  /** Value of the `Authorization` header. Secret. */
  readonly authorization: string;
  get<Answer>(path: string, signal?: AbortSignal): Promise<Answer>;
  /** The body as text, of another media type than JSON. */
  getText(path: string, mediaType: string): Promise<string>;
  /** `within`: longest wait for one answer, in milliseconds. `idempotencyKey`: a new one when left out. */
  send<Answer>(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    within?: number,
    idempotencyKey?: string,
  ): Promise<Answer>;
}

interface ProblemBody {
  readonly title?: unknown;
  readonly detail?: unknown;
  readonly errors?: unknown;
}

/** Statuses that the caller's input caused; 409 too where the answer names a field. */
const inputStatuses: ReadonlySet<number> = new Set([400, 404, 413, 415, 422]);

/** One line from problem details: every field with its reason and the title (the detail repeats them), else title and detail. */
export function problemError(status: number, body: unknown): CommandError {
  const problem: ProblemBody = typeof body === 'object' && body !== null ? body : {};
  const errors = Array.isArray(problem.errors) ? (problem.errors as Record<string, unknown>[]) : [];
  const fields = errors.map((error) => `${error['pointer'] ?? error['parameter'] ?? 'request'}: ${error['message']}`);
  const texts = [problem.title, problem.detail].filter((text) => typeof text === 'string' && text !== '');
  const summary = texts.length > 0 ? texts.join(': ') : `Registrar answered with status ${status}.`;
  const isInput = inputStatuses.has(status) || (status === 409 && fields.length > 0);
  const next = status === 401 ? ' Give a valid key with --key-file FILE.' : '';
  const message = plainText(fields.length > 0 ? `${fields.join('; ')} (${texts[0] ?? summary})` : `${summary}${next}`);
  return new CommandError(isInput ? exitCodes.badInput : exitCodes.failed, message, { ...problem, status });
}

/** Longest wait for one answer, in milliseconds, and how often a request that was not answered is sent again. */
const answerWithin = 30_000;
const attempts = 3;
const pause = 500;

/**
 * Client for one address. A request that got no answer is repeated with the same idempotency key, so that it is
 * carried out once.
 */
export function apiClient(url: URL, key: string, clock: Clock): ApiClient {
  const authorization = `Bearer ${key}`;

  async function once(
    method: string,
    path: string,
    headers: Headers,
    body: string | null,
    within: number,
    signal?: AbortSignal,
  ) {
    const timeout = AbortSignal.timeout(within);
    const response = await fetch(new URL(path, url), {
      method,
      headers,
      redirect: 'error',
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      ...(body === null ? {} : { body }),
    });
    const text = await response.text();
    return { status: response.status, ok: response.ok, text };
  }

  async function request<Answer>(
    method: string,
    path: string,
    body: unknown,
    {
      within = answerWithin,
      signal,
      idempotencyKey = randomUUID(),
      accept = 'application/json',
      read = readJson,
    }: {
      within?: number | undefined;
      signal?: AbortSignal | undefined;
      idempotencyKey?: string | undefined;
      accept?: string;
      read?: (text: string) => unknown;
    },
  ): Promise<Answer> {
    const headers = new Headers({ accept, authorization });
    if (body !== undefined) headers.set('content-type', 'application/json');
    if (method !== 'GET') headers.set('idempotency-key', idempotencyKey);
    const text = body === undefined ? null : JSON.stringify(body);
    const started = clock.now();
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await once(method, path, headers, text, within, signal);
        if (answer.ok) return read(answer.text) as Answer;
        throw problemError(answer.status, parseJson(answer.text));
      } catch (error) {
        if (error instanceof CommandError) throw error;
        signal?.throwIfAborted();
        const refused = codeOf(error) === 'ECONNREFUSED';
        if (refused || attempt >= attempts || clock.now() - started > within)
          throw failed(
            `Registrar does not answer at ${url.origin}${refused ? ' (connection refused)' : ''}. Start it with "registrar start", or give its address with --url.`,
          );
        await wait(pause);
      }
    }
  }

  return {
    url,
    authorization,
    get: (path, signal) => request('GET', path, undefined, { signal }),
    getText: (path, accept) => request('GET', path, undefined, { accept, read: (text) => text }),
    send: (method, path, body, within, idempotencyKey) => request(method, path, body, { within, idempotencyKey }),
  };
}

function readJson(text: string): unknown {
  return text === '' ? undefined : JSON.parse(text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function codeOf(error: unknown): string | undefined {
  const cause = error instanceof Error ? (error.cause as { code?: unknown } | undefined) : undefined;
  return typeof cause?.code === 'string' ? cause.code : undefined;
}
