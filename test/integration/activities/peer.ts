import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface Client {
  readonly id: string;
  secret: string;
  token: string;
  /** As it was sent last. */
  metadata: Record<string, unknown>;
}

/** Answers a request in another way than usual; false = as usual. */
type Whim = (request: IncomingMessage, response: ServerResponse, body: string) => boolean | Promise<boolean>;

/**
 * An authorization server of RFC 7591, RFC 7592 and a token endpoint, small enough to be told at which request to
 * misbehave. Each PUT issues a new secret and a new registration access token; the old token is dead at once.
 */
export class Peer {
  /** `METHOD /path` of each request, as it arrives, among what else is traced. */
  readonly #trace: string[];
  readonly clients = new Map<string, Client>();
  /** What came with each registration request, in order. */
  readonly asked: { readonly authorization: string | null; readonly metadata: Record<string, unknown> }[] = [];
  /** By method and the first segment of the path, such as `POST /register`. */
  readonly whims = new Map<string, Whim>();
  readonly #server = createServer((request, response) => void this.#take(request, response));

  constructor(trace: string[]) {
    this.#trace = trace;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `http://${this.host}`;
  }

  /** The only client. */
  get client(): Client {
    const [client] = this.clients.values();
    if (client === undefined) throw new Error('nothing was registered');
    return client;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, first = '', id = ''] = (request.url ?? '').split('/');
    const what = `${request.method} /${first}`;
    this.#trace.push(what);
    const body = await text(request);
    if (await this.whims.get(what)?.(request, response, body)) return;
    if (what === 'POST /token') return this.#token(request, response);
    if (what === 'POST /register') {
      const metadata = JSON.parse(body) as Record<string, unknown>;
      this.asked.push({ authorization: request.headers.authorization ?? null, metadata });
      return this.#answer(response, 201, this.#register(metadata));
    }
    const client = this.clients.get(id);
    if (client === undefined || request.headers.authorization !== `Bearer ${client.token}`)
      return this.#answer(response, 401, { error: 'invalid_token' });
    if (what === 'PUT /register') {
      client.secret = `secret-${unique()}`;
      client.token = `token-${unique()}`;
      client.metadata = JSON.parse(body);
    }
    if (what === 'DELETE /register') this.clients.delete(id);
    if (what === 'DELETE /register') return void response.writeHead(204).end();
    this.#answer(response, 200, this.#information(client));
  }

  #register(metadata: Record<string, unknown>): Record<string, unknown> {
    const client = { id: `client-${unique()}`, secret: `secret-${unique()}`, token: `token-${unique()}`, metadata };
    this.clients.set(client.id, client);
    return this.#information(client);
  }

  #information({ id, secret, token, metadata }: Client): Record<string, unknown> {
    return {
      ...metadata,
      client_id: id,
      client_secret: secret,
      client_secret_expires_at: 0,
      token_endpoint_auth_method: 'client_secret_basic',
      registration_access_token: token,
      registration_client_uri: `${this.url}/register/${id}`,
    };
  }

  /** The code is a bogus one, always. */
  #token(request: IncomingMessage, response: ServerResponse): void {
    const given = Buffer.from(request.headers.authorization?.slice('Basic '.length) ?? '', 'base64').toString();
    const [id = '', secret = ''] = given.split(':').map(decodeURIComponent);
    const good = this.clients.get(id)?.secret === secret;
    if (good) this.#answer(response, 400, { error: 'invalid_grant' });
    else this.#answer(response, 401, { error: 'invalid_client' });
  }

  #answer(response: ServerResponse, status: number, body: Record<string, unknown>): void {
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify(body));
  }
}

function unique(): string {
  return randomBytes(12).toString('hex');
}
