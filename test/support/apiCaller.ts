import { setTimeout as delay } from 'node:timers/promises';
import type { EventRecord } from '../../domain/ports/lists/events.ts';
import type { RegistrationView } from '../../domain/registration/view.ts';
import { waitFor } from './waitFor.ts';

/** Seconds: limits within a minute, not those of an hour. */
const longestWait = 60;

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** Calls the API as a program would. */
export class ApiCaller {
  readonly url: string;
  readonly #key: string;

  constructor(url: string, key: string) {
    this.url = url;
    this.#key = key;
  }

  async call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? (null as Body) : JSON.parse(text),
    };
  }

  /** The body of an answer that must be a success. Whoever asks too often in a minute waits as he is told. */
  async ok<Body = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Body> {
    const answer = await this.call<Body>(method, path, body);
    const wait = Number(answer.headers.get('retry-after') ?? Number.NaN);
    if (answer.status === 429 && wait <= longestWait) {
      await delay(wait * 1000);
      return await this.ok<Body>(method, path, body);
    }
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  registration(registrationId: string): Promise<RegistrationView> {
    return this.ok('GET', `/v1/registrations/${registrationId}`);
  }

  /** The whole timeline, oldest first. */
  async events(registrationId: string): Promise<EventRecord[]> {
    const page = await this.ok<{ items: EventRecord[] }>('GET', `/v1/registrations/${registrationId}/events?limit=500`);
    return page.items.reverse();
  }

  /** Waits until a registration is as the predicate wants it. */
  async until(
    registrationId: string,
    what: string,
    predicate: (view: RegistrationView) => boolean,
    milliseconds?: number,
  ): Promise<RegistrationView> {
    let last: RegistrationView | null = null;
    return await waitFor(
      async () => {
        last = await this.registration(registrationId);
        return predicate(last) ? last : null;
      },
      {
        what: `${registrationId} ${what}`,
        seen: () => last && { phase: last.phase, credentialHealth: last.credentialHealth, conditions: last.conditions },
        ...(milliseconds === undefined ? {} : { milliseconds }),
      },
    );
  }
}
