import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Api, addTenant, startApi } from './harness.ts';

let api: Api;
let base: string;
let count = 0;
const open: EventReader[] = [];

beforeAll(async () => {
  api = await startApi({ limits: { pollInterval: 20, heartbeatInterval: 100, streamsPerPrincipal: 3 } });
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  base = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`;
});
afterAll(() => api.close());
afterEach(async () => {
  await Promise.all(open.splice(0).map((reader) => reader.close()));
});

interface Event {
  readonly id: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** Reads a stream in the background. */
class EventReader {
  readonly response: Response;
  readonly #abort: AbortController;
  readonly #read: Promise<void>;
  text = '';
  ended = false;

  constructor(response: Response, abort: AbortController) {
    this.response = response;
    this.#abort = abort;
    this.#read = this.#run();
  }

  async #run(): Promise<void> {
    try {
      for await (const chunk of this.response.body!.pipeThrough(new TextDecoderStream())) this.text += chunk;
    } catch {
      // Closed by one of the two sides.
    }
    this.ended = true;
  }

  get events(): Event[] {
    const frames = this.text.split('\n\n').slice(0, -1);
    return frames
      .map((frame) => Object.fromEntries(frame.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2))))
      .filter((fields) => fields['data'] !== undefined)
      .map(({ id, event, data }) => ({ id, event, data: JSON.parse(data) }));
  }

  ids(): unknown[] {
    return this.events.map(({ data }) => data['registrationId']);
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#read;
  }
}

async function openStream(key: string, headers: Record<string, string> = {}): Promise<EventReader> {
  const abort = new AbortController();
  const response = await fetch(`${base}/v1/events`, {
    headers: { authorization: `Bearer ${key}`, ...headers },
    signal: abort.signal,
  });
  expect(response.status).toBe(200);
  const reader = new EventReader(response, abort);
  open.push(reader);
  return reader;
}

function add(tenantId?: string): Promise<string> {
  count += 1;
  return addTenant(api, tenantId ?? `clinic-${count}`, 'growth-chart');
}

describe('event stream', () => {
  test('shows what happens after it was opened: id = position, event = type, data = the event', async () => {
    await add();
    const reader = await openStream(api.viewer);
    expect(reader.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(reader.response.headers.get('cache-control')).toBe('no-store, no-transform');
    const registrationId = await add();
    await vi.waitUntil(() => reader.events.length > 0);
    const [event] = reader.events;
    expect(event).toMatchObject({ event: 'registration.created', data: { registrationId, sequence: 1 } });
    expect(event!.id).toBe(String(event!.data['position']));
    expect(Object.keys(event!.data)).toEqual(
      expect.arrayContaining(['position', 'sequence', 'at', 'type', 'registrationId', 'actor', 'message']),
    );
    expect(reader.events).toHaveLength(1);
  });

  test('replays from the start and goes on', async () => {
    const before = (await api.records.eventsAfter(0, { tenantIds: null, applicationIds: null }, 500)).length;
    const reader = await openStream(api.viewer, { 'last-event-id': '0' });
    await vi.waitUntil(() => reader.events.length === before);
    const registrationId = await add();
    await vi.waitUntil(() => reader.events.length === before + 1);
    expect(reader.ids().at(-1)).toBe(registrationId);
    const positions = reader.events.map(({ id }) => Number(id));
    expect(positions).toEqual([...new Set(positions)].sort((left, right) => left - right));
  });

  test('a reader that comes back misses nothing and sees nothing twice', async () => {
    const first = await openStream(api.viewer);
    const ids = [await add()];
    await vi.waitUntil(() => first.events.length === 1);
    await first.close();
    ids.push(await add(), await add());
    const second = await openStream(api.viewer, { 'last-event-id': first.events[0]!.id });
    ids.push(await add());
    await vi.waitUntil(() => second.events.length === 3);
    expect([...first.ids(), ...second.ids()]).toEqual(ids);
  });

  test('a position that does not exist yet counts as the newest', async () => {
    const reader = await openStream(api.viewer, { 'last-event-id': '999999999999' });
    const registrationId = await add();
    await vi.waitUntil(() => reader.events.length === 1);
    expect(reader.ids()).toEqual([registrationId]);
  });

  test('shows what the caller may see only, live and replayed', async () => {
    const { key } = await api.newKey('viewer', { tenantIds: ['visible-1', 'visible-2'] });
    await add('hidden-1');
    const first = await add('visible-1');
    const replayed = await openStream(key, { 'last-event-id': '0' });
    const live = await openStream(key);
    await vi.waitUntil(() => replayed.events.length === 1);
    await add('hidden-2');
    const second = await add('visible-2');
    await vi.waitUntil(() => live.events.length === 1 && replayed.events.length === 2);
    expect(replayed.ids()).toEqual([first, second]);
    expect(live.ids()).toEqual([second]);
  });

  test('says that it is alive', async () => {
    const reader = await openStream(api.viewer);
    await vi.waitUntil(() => reader.text.includes(': waiting\n\n'));
    expect(reader.text.startsWith('retry: 2000\n\n')).toBe(true);
  });

  test('ends when its key is revoked', async () => {
    const { key, keyId } = await api.newKey('viewer');
    const reader = await openStream(key);
    await api.call('DELETE', `/v1/keys/${keyId}`, { key: api.administrator });
    await vi.waitUntil(() => reader.ended);
  });

  test('ends when its key expires', async () => {
    const { key } = await api.newKey('viewer', {}, 50);
    const reader = await openStream(key);
    await vi.waitUntil(() => reader.ended);
  });

  test('ends with its session', async () => {
    const signedIn = await fetch(`${base}/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key: api.viewer }),
    });
    const { csrfToken } = (await signedIn.json()) as { csrfToken: string };
    const cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!;
    const abort = new AbortController();
    const response = await fetch(`${base}/v1/events`, { headers: { cookie }, signal: abort.signal });
    const reader = new EventReader(response, abort);
    open.push(reader);
    const out = await fetch(`${base}/v1/session`, {
      method: 'DELETE',
      headers: { cookie, origin: base, 'x-registrar-csrf': csrfToken },
    });
    expect(out.status).toBe(204);
    await vi.waitUntil(() => reader.ended);
  });

  test('a caller has a bounded number of streams, and closed ones do not count', async () => {
    const { key } = await api.newKey('viewer');
    const readers = [await openStream(key), await openStream(key), await openStream(key)];
    const refused = await fetch(`${base}/v1/events`, { headers: { authorization: `Bearer ${key}` } });
    expect([refused.status, ((await refused.json()) as { type: string }).type]).toEqual([
      429,
      'urn:smart-registrar:problem:too-many-streams',
    ]);
    await readers[0]!.close();
    await vi.waitUntil(async () => {
      const response = await fetch(`${base}/v1/events`, { headers: { authorization: `Bearer ${key}` } });
      await response.body?.cancel();
      return response.status === 200;
    });
  });

  test('a reader that does not read costs no more than a few reads of the database', async () => {
    const own = await startApi();
    let reads = 0;
    own.records.eventsAfter = async (position, _visibility, limit) => {
      reads += 1;
      return Array.from({ length: limit }, (_none, index) => ({
        position: position + index + 1,
        sequence: 1,
        at: '2026-11-21T09:00:00.000Z',
        type: 'registration.created' as const,
        registrationId: 'a.b.c.d',
        actor: 'system',
        message: 'x'.repeat(4_000),
      }));
    };
    await own.app.listen({ host: '127.0.0.1', port: 0 });
    const socket = connect((own.app.server.address() as AddressInfo).port, '127.0.0.1');
    try {
      socket.pause();
      socket.write(
        `GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${own.viewer}\r\nLast-Event-ID: 0\r\n\r\n`,
      );
      await vi.waitUntil(() => reads > 1, { timeout: 10_000 });
      // The source never ends: it is read until the buffers of both ends are full, and then no more.
      let seen = -1;
      const isSteady = () => {
        const steady = seen === reads;
        seen = reads;
        return steady;
      };
      await vi.waitUntil(isSteady, { interval: 500, timeout: 60_000 });
      expect(reads).toBeLessThan(50);
    } finally {
      socket.destroy();
      await own.close();
    }
  });
});

describe('what is not HTTP', () => {
  async function raw(text: string): Promise<string> {
    const { hostname, port } = new URL(base);
    const socket = connect(Number(port), hostname);
    socket.end(text);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    return answer;
  }

  test.each([
    ['no Host', 'GET /healthz HTTP/1.0\r\n\r\n', 421, 'wrong-host'],
    ['an empty Host', 'GET /healthz HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n', 421, 'wrong-host'],
    ['garbage', 'hello\r\n\r\n', 400, 'malformed-request'],
    [
      'endless headers',
      `GET / HTTP/1.1\r\nHost: localhost\r\nA: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers-too-large',
    ],
  ])('%s is answered with a problem', async (_what, text, status, problem) => {
    const answer = await raw(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer.toLowerCase()).toContain('content-type: application/problem+json');
    expect(answer).toContain(`urn:smart-registrar:problem:${problem}`);
  });
});

describe('shutdown', () => {
  let own: Api;
  let port: number;

  beforeEach(async () => {
    own = await startApi({ limits: { pollInterval: 20 } });
    await own.app.listen({ host: '127.0.0.1', port: 0 });
    port = (own.app.server.address() as AddressInfo).port;
  });

  test('open streams end with it', async () => {
    const headers = { authorization: `Bearer ${own.viewer}` };
    const response = await fetch(`http://127.0.0.1:${port}/v1/events`, { headers });
    const text = response.text();
    await own.close();
    expect(await text).toBe('retry: 2000\n\n');
  });

  test('connections that say nothing do not hold it up', async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    await own.close();
    await closed;
  });

  test('a request that is under way is answered', async () => {
    const reached = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const { summary } = own.records;
    own.records.summary = async (visibility) => {
      reached.resolve();
      await held.promise;
      return summary(visibility);
    };
    const headers = { authorization: `Bearer ${own.viewer}` };
    const answer = fetch(`http://127.0.0.1:${port}/v1/summary`, { headers });
    await reached.promise;
    const closed = own.app.close();
    held.resolve();
    expect((await answer).status).toBe(200);
    await closed;
    await own.close();
  });
});
