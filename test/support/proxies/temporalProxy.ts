import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Gate } from './postgresProxy.ts';

/** They wait for something to do, and change nothing. */
const longPolls = new Set(['PollWorkflowTaskQueue', 'PollActivityTaskQueue', 'PollNexusTaskQueue']);

interface Answer {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly trailers: IncomingHttpHeaders | null;
}

/** A proxy before Temporal's front end: gRPC over plaintext HTTP/2, unary calls as Temporal has them. */
export class TemporalProxy {
  readonly #target: string;
  readonly #gate: Gate;
  readonly #server: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #upstreams = new Set<ClientHttp2Session>();

  constructor(target: string, gate: Gate) {
    this.#target = `http://${target}`;
    this.#gate = gate;
    this.#server = createServer();
    this.#server.on('session', (session) => {
      const upstream = connect(this.#target);
      this.#sessions.add(session);
      this.#upstreams.add(upstream);
      upstream.on('error', () => session.destroy());
      session.on('error', () => undefined);
      session.on('close', () => {
        this.#sessions.delete(session);
        this.#upstreams.delete(upstream);
        upstream.destroy();
      });
      session.on('stream', (stream, headers) => {
        stream.on('error', () => undefined);
        this.#handle(upstream, stream, headers).catch(() => stream.destroy());
      });
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    for (const upstream of this.#upstreams) upstream.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(upstream: ClientHttp2Session, stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    const method = String(headers[':path']).split('/').at(-1) ?? '';
    const body = await buffer(stream);
    if (longPolls.has(method)) {
      deliver(stream, await call(upstream, stream, headers, body));
      return;
    }
    const stillWaiting = () => !stream.destroyed;
    const passing = this.#gate.arrive(method);
    if ((await this.#gate.at(passing, 'before', stillWaiting)) === 'drop') return void stream.session?.destroy();
    const answer = await call(upstream, stream, headers, body);
    if ((await this.#gate.at(passing, 'after', stillWaiting)) === 'drop') return void stream.session?.destroy();
    deliver(stream, answer);
  }
}

export function startTemporalProxy(target: string, gate: Gate): Promise<TemporalProxy> {
  return new TemporalProxy(target, gate).listen();
}

/** Headers of HTTP/2 that belong to one connection. */
function forwarded(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':')));
}

async function call(
  upstream: ClientHttp2Session,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  body: Buffer,
): Promise<Answer> {
  const request: ClientHttp2Stream = upstream.request({
    ':method': headers[':method'],
    ':path': headers[':path'],
    ...forwarded(headers),
  });
  // A caller that gives up, as pollers do at shutdown, gives up at the server too.
  stream.once('close', () => request.close());
  let answered: IncomingHttpHeaders = {};
  let trailers: IncomingHttpHeaders | null = null;
  request.on('response', (received) => {
    answered = received;
  });
  request.on('trailers', (received) => {
    trailers = received;
  });
  request.end(body);
  const received = await buffer(request);
  return { headers: answered, body: received, trailers };
}

function deliver(stream: ServerHttp2Stream, { headers, body, trailers }: Answer): void {
  if (stream.destroyed) return;
  const head = { ':status': headers[':status'], ...forwarded(headers) };
  if (trailers === null) {
    stream.respond(head);
    stream.end(body);
    return;
  }
  stream.on('wantTrailers', () => stream.sendTrailers(forwarded(trailers)));
  stream.respond(head, { waitForTrailers: true });
  stream.end(body);
}
