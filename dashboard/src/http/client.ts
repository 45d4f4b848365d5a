import type { SessionAnswer } from './shapes.ts';

/** An error answer of the API (RFC 9457), or none at all (`status` 0). Its text may be shown. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly title: string;
  readonly errors: readonly { readonly where: string; readonly message: string }[];

  constructor(status: number, title: string, detail: string, errors: ApiProblem['errors'] = []) {
    super(detail);
    this.status = status;
    this.title = title;
    this.errors = errors;
  }
}

/** What this tab knows of its session; the cookie itself is out of a script's reach. */
export type TabSession = SessionAnswer;

const storageKey = 'registrar.session';

/** The session that this tab opened before it was reloaded, or null. */
export function restoreSession(now: number): TabSession | null {
  try {
    const stored = JSON.parse(sessionStorage.getItem(storageKey) ?? 'null') as TabSession | null;
    return stored !== null && Date.parse(stored.expiresAt) > now ? stored : null;
  } catch {
    return null;
  }
}

export function keepSession(session: TabSession | null): void {
  try {
    if (session === null) sessionStorage.removeItem(storageKey);
    else sessionStorage.setItem(storageKey, JSON.stringify(session));
  } catch {
    // Storage may be switched off in the browser: the session then lasts until the page is reloaded.
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => null);
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const errors = Array.isArray(fields['errors']) ? (fields['errors'] as Record<string, unknown>[]) : [];
  return new ApiProblem(
    response.status,
    text(fields['title']) ?? `The request was answered with status ${response.status}`,
    text(fields['detail']) ?? '',
    errors.map((error) => ({
      where: text(error['pointer']) ?? text(error['parameter']) ?? '',
      message: text(error['message']) ?? '',
    })),
  );
}

/**
 * Speaks to the API with the session cookie. Requests that change something carry the anti-forgery token and an
 * idempotency key. Rejects with {@link ApiProblem}; with an AbortError when `signal` ends it.
 */
export async function request<Answer>(
  path: string,
  options: { method?: string; body?: unknown; csrfToken?: string; signal?: AbortSignal } = {},
): Promise<Answer> {
  const headers = new Headers({ accept: 'application/json' });
  if (options.body !== undefined) headers.set('content-type', 'application/json');
  if (options.csrfToken !== undefined) headers.set('x-registrar-csrf', options.csrfToken);
  if (options.method === 'POST' && path !== '/v1/session') headers.set('idempotency-key', crypto.randomUUID());
  let response: Response;
  try {
    response = await fetch(path, {
      method: options.method ?? 'GET',
      headers,
      credentials: 'same-origin',
      redirect: 'error',
      cache: 'no-store',
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (error) {
    if (options.signal?.aborted === true) throw error;
    throw new ApiProblem(0, 'Registrar does not answer', 'Check that it runs and that this computer reaches it.');
  }
  if (!response.ok) throw await problemOf(response);
  return (response.status === 204 ? undefined : await response.json()) as Answer;
}
