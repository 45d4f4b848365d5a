import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** One request that went through, as it was seen on the wire. */
export interface Exchange {
  /** From 0, in order of arrival. */
  readonly index: number;
  readonly method: string;
  readonly path: string;
  /** `x-amz-target` without its prefix, for a secret store. */
  readonly operation: string | null;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Milliseconds since the epoch when it arrived, and when its answer was complete. */
  readonly arrivedAt: number;
  answeredAt: number | null;
  status: number | null;
  /** Whether the sender went away before it had the answer. */
  abandoned: boolean;
}

export interface HttpProxyOptions {
  /** Puts the proxy's address in the place of the server's own in answers, for a server that names itself. */
  readonly renames?: boolean;
  /** Loopback address to listen on; 127.0.0.1 by default. Another one is another site. */
  readonly address?: string;
}

/** Called at the two cut points of each request; what it resolves to is done. `drop` closes the connection. */
export type Gate = (exchange: Exchange, point: 'before' | 'after') => Promise<'go-on' | 'drop'>;

/**
 * An HTTP proxy before a real server. It records every request, and gives a test two places to interfere: before a
 * request is forwarded, and after its answer came and before it is delivered. `Host` is kept, so that a server that
 * makes URLs of it makes them of the proxy's.
 */
export class HttpProxy {
  readonly exchanges: Exchange[] = [];
  gate: Gate | null = null;
  readonly #target: URL;
  readonly #renames: boolean;
  readonly #address: string;
  readonly #server: Server;

  constructor(target: string, options: HttpProxyOptions = {}) {
    this.#target = new URL(target);
    this.#renames = options.renames ?? false;
    this.#address = options.address ?? '127.0.0.1';
    this.#server = createServer((incoming, outgoing) => {
      this.#handle(incoming, outgoing).catch(() => incoming.socket.destroy());
    });
    this.#server.keepAliveTimeout = 60_000;
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, this.#address, resolve));
    return this;
  }

  get host(): string {
    return `${this.#address}:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `http://${this.host}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const target = incoming.headers['x-amz-target'];
    const exchange: Exchange = {
      index: this.exchanges.length,
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      operation: typeof target === 'string' ? target.replace(/^.*\./, '') : null,
      headers: incoming.headers,
      body: body.toString('utf8'),
      arrivedAt: Date.now(),
      answeredAt: null,
      status: null,
      abandoned: false,
    };
    this.exchanges.push(exchange);
    outgoing.on('close', () => {
      exchange.abandoned = !outgoing.writableFinished;
    });
    if ((await this.gate?.(exchange, 'before')) === 'drop') {
      incoming.socket.destroy();
      return;
    }
    const answer = await this.#forward(incoming, body);
    exchange.status = answer.status;
    exchange.answeredAt = Date.now();
    if ((await this.gate?.(exchange, 'after')) === 'drop') {
      incoming.socket.destroy();
      return;
    }
    outgoing.writeHead(answer.status, answer.headers);
    outgoing.end(answer.body);
  }

  #renamed(bytes: Buffer): Buffer {
    return this.#renames ? Buffer.from(bytes.toString('utf8').replaceAll(this.#target.host, this.host)) : bytes;
  }

  #forward(
    incoming: IncomingMessage,
    body: Buffer,
  ): Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = this.#target;
      const headers = { ...incoming.headers, connection: 'close' };
      const forwarded = request({ hostname, port, method: incoming.method, path: incoming.url, headers }, (answer) => {
        buffer(answer).then((bytes) => {
          const kept = { ...answer.headers };
          delete kept['transfer-encoding'];
          delete kept['connection'];
          const delivered = this.#renamed(bytes);
          resolve({
            status: answer.statusCode ?? 502,
            headers: { ...kept, 'content-length': String(delivered.length) },
            body: delivered,
          });
        }, reject);
      });
      forwarded.on('error', reject);
      forwarded.end(body);
    });
  }
}

export function startHttpProxy(target: string, options: HttpProxyOptions = {}): Promise<HttpProxy> {
  return new HttpProxy(target, options).listen();
}
