import { type Answer, ApiCaller } from '../apiCaller.ts';
import type { Part } from './scanner.ts';

/** Calls the API and keeps every answer whole: status, headers and body. */
export class RecordingCaller extends ApiCaller {
  readonly answers: Part[] = [];
  readonly #key: string | null;

  constructor(url: string, key: string | null) {
    super(url, key ?? '');
    this.#key = key;
  }

  override async call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer<Body>> {
    const { answer, part } = await this.send<Body>(method, path, body, headers);
    this.answers.push(part);
    return answer;
  }

  /** One call that is not kept, for answers in which a secret belongs. A body that is text is sent as it is. */
  async send<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ answer: Answer<Body>; part: Part }> {
    const response = await fetch(new URL(path, this.url), {
      method,
      headers: {
        ...(this.#key === null ? {} : { authorization: `Bearer ${this.#key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    const parsed = (isJson && text !== '' ? JSON.parse(text) : text) as Body;
    const head = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    return {
      answer: { status: response.status, headers: response.headers, body: parsed },
      part: { source: `${method} ${path} → ${response.status}`, bytes: Buffer.from(`${head}\n\n${text}`) },
    };
  }
}
