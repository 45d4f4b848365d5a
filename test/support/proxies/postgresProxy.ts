import { createHash } from 'node:crypto';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Passage, Passing, Point } from '../kill/watch.ts';

/** What a proxy asks about each request. */
export interface Gate {
  /** `statement`: its text, where it has one. */
  arrive(request: string, statement?: string): Passing;
  at(passing: Passing, point: Point, stillWaiting: () => boolean): Promise<Passage>;
}

/**
 * A proxy before PostgreSQL (protocol 3.0, no TLS). One request is a simple query, or a batch of the extended protocol
 * up to its Sync; it is answered by ReadyForQuery (PostgreSQL documentation, section 55.2).
 */
export class PostgresProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(target: URL, gate: Gate) {
    this.#server = createServer((client) => {
      const server = connect({ host: target.hostname, port: Number(target.port || 5432) });
      for (const socket of [client, server]) {
        this.#sockets.add(socket);
        socket.setNoDelay(true);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.#sockets.delete(socket);
          client.destroy();
          server.destroy();
        });
      }
      new Session(client, server, gate);
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** `url` with the proxy's address. */
export async function startPostgresProxy(url: string, gate: Gate): Promise<{ url: string; proxy: PostgresProxy }> {
  const proxied = new URL(url);
  const proxy = await new PostgresProxy(new URL(url), gate).listen();
  proxied.hostname = '127.0.0.1';
  proxied.port = String(proxy.port);
  return { url: proxied.href, proxy };
}

interface Request {
  readonly bytes: Buffer;
  readonly statement: string;
}

const readyForQuery = 'Z';
const startupHeader = 4;
const messageHeader = 5;

class Session {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #gate: Gate;
  #fromClient: Buffer = Buffer.alloc(0);
  #fromServer: Buffer = Buffer.alloc(0);
  #started = false;
  /** Messages of the request that is coming in. */
  #incoming: Buffer[] = [];
  #statement = '';
  /** Requests go through one after the other. */
  #queue: Promise<void> = Promise.resolve();
  /** Set while a request waits for its answer. */
  #answered: ((answer: Buffer) => void) | null = null;
  #answer: Buffer[] = [];
  #lastStatement = '';

  constructor(client: Socket, server: Socket, gate: Gate) {
    this.#client = client;
    this.#server = server;
    this.#gate = gate;
    client.on('data', (data: Buffer) => {
      this.#fromClient = Buffer.concat([this.#fromClient, data]);
      this.#readClient();
    });
    server.on('data', (data: Buffer) => {
      this.#fromServer = Buffer.concat([this.#fromServer, data]);
      this.#readServer();
    });
  }

  #readClient(): void {
    if (!this.#started) {
      const startup = take(this.#fromClient, 0, startupHeader);
      if (startup === null) return;
      this.#fromClient = startup.rest;
      this.#started = true;
      this.#server.write(startup.message);
    }
    for (;;) {
      const next = take(this.#fromClient, 1, messageHeader);
      if (next === null) return;
      this.#fromClient = next.rest;
      this.#clientMessage(String.fromCharCode(next.message[0] ?? 0), next.message);
    }
  }

  #clientMessage(type: string, message: Buffer): void {
    // Authentication and the end of the session are no requests.
    if (type === 'p' || type === 'X') {
      this.#server.write(message);
      return;
    }
    this.#incoming.push(message);
    if (type === 'Q') this.#statement = text(message, messageHeader);
    if (type === 'P') {
      const name = text(message, messageHeader);
      this.#statement ||= text(message, messageHeader + Buffer.byteLength(name) + 1);
    }
    if (type !== 'Q' && type !== 'S') return;
    const request = { bytes: Buffer.concat(this.#incoming), statement: this.#statement };
    this.#incoming = [];
    this.#statement = '';
    this.#queue = this.#queue.then(() => this.#pass(request));
  }

  async #pass({ bytes, statement }: Request): Promise<void> {
    const stillWaiting = () => !this.#client.destroyed;
    const named = nameOfStatement(statement);
    const passing = this.#gate.arrive(named === 'commit' ? `commit after ${this.#lastStatement}` : named, statement);
    this.#lastStatement = named;
    if ((await this.#gate.at(passing, 'before', stillWaiting)) === 'drop') return this.#end();
    const answer = new Promise<Buffer>((resolve) => {
      this.#answered = resolve;
    });
    this.#server.write(bytes);
    const delivered = await answer;
    if ((await this.#gate.at(passing, 'after', stillWaiting)) === 'drop') return this.#end();
    this.#client.write(delivered);
  }

  #readServer(): void {
    for (;;) {
      const next = take(this.#fromServer, 1, messageHeader);
      if (next === null) return;
      this.#fromServer = next.rest;
      if (this.#answered === null) {
        this.#client.write(next.message);
        continue;
      }
      this.#answer.push(next.message);
      if (String.fromCharCode(next.message[0] ?? 0) !== readyForQuery) continue;
      const whole = Buffer.concat(this.#answer);
      const answered = this.#answered;
      this.#answer = [];
      this.#answered = null;
      answered(whole);
    }
  }

  #end(): void {
    this.#client.destroy();
    this.#server.destroy();
  }
}

/** One whole message off the front; `typeBytes` stand before the length, which counts itself. */
function take(buffer: Buffer, typeBytes: number, header: number): { message: Buffer; rest: Buffer } | null {
  if (buffer.length < header) return null;
  const length = buffer.readUInt32BE(typeBytes) + typeBytes;
  return buffer.length < length ? null : { message: buffer.subarray(0, length), rest: buffer.subarray(length) };
}

function text(message: Buffer, from: number): string {
  const end = message.indexOf(0, from);
  return message.toString('utf8', from, end === -1 ? message.length : end);
}

/**
 * A stable name of a statement: its verb, its first table and a hash of its text, in which parameters and repeated rows
 * of values do not count.
 */
export function nameOfStatement(statement: string): string {
  const plain = statement
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/\$\d+/g, '$')
    .replace(/\((?:\$(?:, )?)+\)(?:, \((?:\$(?:, )?)+\))*/g, '($)')
    .trim();
  const verb = /^[a-z]+/.exec(plain)?.[0] ?? 'empty';
  if (!['select', 'insert', 'update', 'delete', 'with'].includes(verb)) return plain.slice(0, 40);
  const table = /(?:from|into|update) "?([a-z_]+)"?/.exec(plain)?.[1] ?? '';
  return `${verb} ${table} ${createHash('sha256').update(plain).digest('hex').slice(0, 4)}`;
}
