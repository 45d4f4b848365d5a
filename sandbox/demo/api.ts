/** The few calls of the API that the demo makes (DESIGN section 7), with an administrator's key. */
export interface DemoApi {
  put(path: string, body: unknown): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
  get(path: string): Promise<unknown>;
  /** Events from the first one, until `signal`; opens the stream again when it ends. */
  events(signal: AbortSignal): AsyncGenerator<DemoEvent, void>;
}

export interface DemoEvent {
  readonly position: number;
  readonly at: string;
  readonly type: string;
  readonly registrationId: string;
  readonly message: string;
}

export function demoApi(url: string, key: string): DemoApi {
  const authorization = `Bearer ${key}`;
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (response.ok) return answer;
    // The answer is a problem (RFC 9457); what was sent may hold a token and is not shown.
    throw new Error(`${method} ${path} answered ${response.status}: ${JSON.stringify(answer)}`);
  };
  return {
    put: (path, body) => call('PUT', path, body),
    post: (path, body) => call('POST', path, body),
    get: (path) => call('GET', path),
    async *events(signal) {
      let last = 0;
      while (!signal.aborted) {
        try {
          const headers = { authorization, accept: 'text/event-stream', 'last-event-id': String(last) };
          const response = await fetch(new URL('/v1/events', url), { headers, signal });
          if (response.body === null || !response.ok) throw new Error(`the event stream answered ${response.status}`);
          for await (const event of readEvents(response.body)) {
            last = event.position;
            yield event;
          }
        } catch (error) {
          if (signal.aborted) return;
          throw error;
        }
      }
    },
  };
}

/** Data of each event of a stream (HTML Living Standard, section 9.2.6). */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<DemoEvent, void> {
  let rest = '';
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + text).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = block
        .split('\n')
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).trimStart());
      if (data.length > 0) yield JSON.parse(data.join('\n')) as DemoEvent;
    }
  }
}
