import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { scopes } from '../../../sandbox/smartScopes.ts';
import { type AccountServer, accountAnswer, endpointsOf, isAccountServer } from './accountServers.ts';
import type { Plant } from './plant.ts';

/**
 * How a simulated health system repeats secrets where they do not belong.
 * `careless`: works, and repeats the Authorization header at the token endpoint and in its discovery redirect.
 * `interrupted`: like `careless`; the answer to its first registration request stops in the middle.
 * `refusing`, `forbidding`, `html`, `redirecting`, `cut`, `failing`: answer registration requests so.
 * `disabled`: registers clients that the token endpoint refuses.
 * `stubborn`: registers clients, then refuses to update, to read and to delete them.
 * `asymmetric`: like `careless`, for clients that sign with a key; issues them a secret all the same.
 */
export type Manner =
  | 'careless'
  | 'interrupted'
  | 'refusing'
  | 'forbidding'
  | 'html'
  | 'redirecting'
  | 'cut'
  | 'failing'
  | 'disabled'
  | 'stubborn'
  | 'asymmetric';

export const manners: readonly Manner[] = [
  'careless',
  'interrupted',
  'refusing',
  'forbidding',
  'html',
  'redirecting',
  'cut',
  'failing',
  'disabled',
  'stubborn',
  'asymmetric',
];

interface Client {
  readonly clientId: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  secret: string;
  token: string;
  updates: number;
  /** Secrets that it is shown under names of the server's own. */
  readonly others: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is text. */
  readonly body?: unknown;
}

/** Seconds: nothing here rotates by schedule. */
const secretLifetime = 86_400;

/**
 * An authorization server with known secrets that tells everything it knows in every error. Each manner is a health
 * system of its own below `/{manner}/`.
 */
export class CarelessPeer {
  /** Authorization headers that came, decoded to the secret in them, by manner and path. */
  readonly received: { manner: string; path: string; secret: string }[] = [];
  /** Resolves when half of an answer with new secrets has left. */
  readonly interrupted: Promise<void>;
  readonly #plant: Plant;
  readonly #clients = new Map<string, Client>();
  readonly #server: Server;
  #tellInterrupted: () => void = () => undefined;
  #interruptions = 0;

  constructor(plant: Plant) {
    this.#plant = plant;
    this.interrupted = new Promise((resolve) => {
      this.#tellInterrupted = resolve;
    });
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch(() => response.destroy());
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  fhirBaseUrl(manner: Manner | AccountServer): string {
    return `http://${this.host}/${manner}/fhir`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** A client that somebody made by hand, with what an administrator would hand over. */
  madeByHand(manner: Manner): { clientId: string; clientSecret: string; token: string; clientUri: string } {
    const answer = this.#create(manner, {
      client_name: 'By hand',
      redirect_uris: ['https://app.example/by-hand'],
      scope: 'openid',
    });
    return {
      clientId: String(answer['client_id']),
      clientSecret: String(answer['client_secret']),
      token: String(answer['registration_access_token']),
      clientUri: String(answer['registration_client_uri']),
    };
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const [, manner = '', ...rest] = (request.url ?? '/').split('?', 1)[0]?.split('/') ?? [];
    const path = rest.join('/');
    const secret = secretOf(request.headers.authorization);
    if (secret !== null) this.received.push({ manner, path: `${request.method} ${path}`, secret });
    const header = request.headers['epic-client-id'];
    if (typeof header === 'string') this.received.push({ manner, path: `${request.method} ${path}`, secret: header });
    const answer = this.#answer(manner as Manner, request, path, body, header);
    const payload = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? '');
    const headers = { 'content-type': 'application/json', ...answer.headers };
    if (manner === 'interrupted' && path === 'register' && this.#interruptions === 0) {
      this.#interruptions += 1;
      response.writeHead(answer.status, { ...headers, 'content-length': payload.length });
      response.write(payload.slice(0, -2), () => this.#tellInterrupted());
      return;
    }
    response.writeHead(answer.status, headers);
    response.end(answer.status === 204 ? '' : payload);
  }

  #answer(manner: Manner, request: IncomingMessage, path: string, body: string, header: unknown): Answer {
    const asked = request.url ?? '';
    if (isAccountServer(manner)) {
      const secret = secretOf(request.headers.authorization) ?? '';
      const own = accountAnswer(this.#plant, manner, request.method ?? '', path, body, secret);
      if (own !== null) return own;
      const { token, registration } = endpointsOf(manner);
      if (path === registration) return this.#register(manner, request, body);
      if (path === token) return this.#token(manner, request);
    }
    if (path === 'fhir/.well-known/smart-configuration') return this.#document(manner, asked, header);
    if (path === 'register') return this.#register(manner, request, body);
    if (path.startsWith('client/')) return this.#manage(manner, request, path.slice('client/'.length));
    if (path === 'token' && manner === 'asymmetric') return this.#judgeAssertion(body);
    if (path === 'token') return this.#token(manner, request);
    return { status: 404, body: { resourceType: 'OperationOutcome' } };
  }

  /** Served behind a redirect whose target carries a secret; document and headers repeat the header that was sent. */
  #document(manner: Manner, asked: string, header: unknown): Answer {
    const base = `http://${this.host}/${manner}`;
    if (manner === 'careless' && !asked.includes('?')) {
      const session = encodeURIComponent(this.#plant.clientSecret(`${manner}: session in a redirect`));
      return { status: 302, headers: { location: `${base}/fhir/.well-known/smart-configuration?session=${session}` } };
    }
    return {
      status: 200,
      headers: { etag: `"${String(header)}"`, 'last-modified': String(header) },
      body: {
        authorization_endpoint: `${base}/authorize`,
        token_endpoint: `${base}/${isAccountServer(manner) ? endpointsOf(manner).token : 'token'}`,
        registration_endpoint: `${base}/${isAccountServer(manner) ? endpointsOf(manner).registration : 'register'}`,
        grant_types_supported: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_methods_supported: ['client_secret_basic'],
        code_challenge_methods_supported: ['S256'],
        scopes_supported: [...scopes, String(header)],
        capabilities: ['launch-standalone', 'client-confidential-symmetric', 'permission-v2', `for-${String(header)}`],
      },
    };
  }

  #register(manner: Manner, request: IncomingMessage, body: string): Answer {
    const told = echo(secretOf(request.headers.authorization) ?? '');
    switch (manner) {
      case 'refusing':
        return { status: 400, body: { error: 'invalid_client_metadata', error_description: `Not with ${told}` } };
      case 'forbidding':
        return this.#forbid(told);
      case 'html': {
        const secret = this.#plant.clientSecret(`${manner}: client secret`);
        const page = `<html><script>const answer = ${JSON.stringify({ client_secret: secret })}</script>${told}</html>`;
        return { status: 200, headers: { 'content-type': 'text/html' }, body: page };
      }
      case 'redirecting':
        return { status: 302, headers: { location: `/login?${new URLSearchParams({ told })}` }, body: told };
      case 'failing': {
        const client_secret = this.#plant.clientSecret(`${manner}: client secret`);
        const error_description = `Lost ${echo(client_secret)} for ${told}`;
        return { status: 500, body: { error: 'server_error', error_description, client_secret } };
      }
      default: {
        const created = { status: 201, body: this.#create(manner, JSON.parse(body)) };
        return manner === 'cut' ? { status: 201, body: JSON.stringify(created.body).slice(0, -1) } : created;
      }
    }
  }

  /** First as RFC 6750 says it, then as Ory says it. */
  #forbid(told: string): Answer {
    const first = this.received.filter(({ manner, path }) => manner === 'forbidding' && path === 'POST register');
    if (first.length > 1) return { status: 403, body: { error: { id: 'forbidden', reason: `Not with ${told}` } } };
    const challenge = `Bearer error="invalid_token", error_description="${told}"`;
    return { status: 401, headers: { 'www-authenticate': challenge }, body: { message: told } };
  }

  #create(manner: Manner, metadata: Record<string, unknown>): Record<string, unknown> {
    const clientId = `${manner}-${this.#clients.size}`;
    const client: Client = {
      clientId,
      metadata,
      secret: this.#plant.clientSecret(`${manner}: client secret of ${clientId}`),
      token: this.#plant.token(`${manner}: registration access token of ${clientId}`),
      updates: 0,
      others: ['in a list', 'as the one before', 'as a key', 'in a language'].map((where) =>
        this.#plant.clientSecret(`${manner}: ${where}, of ${clientId}`),
      ),
    };
    this.#clients.set(clientId, client);
    return this.#information(manner, client);
  }

  /** The client URI carries the token too, as a server that thinks in links would have it. */
  #information(manner: Manner, client: Client): Record<string, unknown> {
    const query = new URLSearchParams({ key: client.token });
    return {
      ...client.metadata,
      client_id: client.clientId,
      client_secret: client.secret,
      client_secret_expires_at: Math.floor(Date.now() / 1000) + secretLifetime,
      registration_access_token: client.token,
      registration_client_uri: `http://${this.host}/${manner}/client/${client.clientId}?${query}`,
      redirect_uris: client.metadata['redirect_uris'],
      // Members that nobody asked for, with secrets where text is expected.
      client_name: `Known as ${client.secret}`,
      scope: `${client.metadata['scope']} ${encodeURIComponent(client.secret)}`,
      software_id: client.token,
      credentials: [{ value: client.others[0], primary: false }],
      previous: client.others[1],
      apikey: client.others[2],
      'code#de': client.others[3],
    };
  }

  #manage(manner: Manner, request: IncomingMessage, clientId: string): Answer {
    const client = this.#clients.get(clientId);
    const bearer = secretOf(request.headers.authorization) ?? '';
    const told = `${echo(bearer)} ${client === undefined ? '' : echo(client.secret)}`;
    const challenge = { 'www-authenticate': `Bearer error="invalid_token", error_description="${echo(bearer)}"` };
    if (client === undefined || client.token !== bearer) return { status: 401, headers: challenge, body: told };
    if (request.method === 'PUT') client.updates += 1;
    if (manner === 'stubborn') return stubbornly(request.method ?? '', client.updates, told, challenge);
    if (request.method === 'DELETE') {
      this.#clients.delete(clientId);
      return { status: 204 };
    }
    if (request.method === 'PUT') {
      client.token = this.#plant.token(`${manner}: registration access token ${client.updates + 1} of ${clientId}`);
      // The first update comes too early: the secret stays.
      if (client.updates > 1)
        client.secret = this.#plant.clientSecret(`${manner}: client secret ${client.updates} of ${clientId}`);
    }
    return { status: 200, body: this.#information(manner, client) };
  }

  #judgeAssertion(body: string): Answer {
    const assertion = new URLSearchParams(body).get('client_assertion') ?? '';
    const good = [...this.#clients.values()].some((client) => isSignedBy(client, assertion));
    const error_description = `You sent ${body}, that is ${echo(assertion)}`;
    return { status: good ? 400 : 401, body: { error: good ? 'invalid_grant' : 'invalid_client', error_description } };
  }

  #token(manner: Manner, request: IncomingMessage): Answer {
    const { authorization = '' } = request.headers;
    const secret = secretOf(authorization) ?? '';
    const good = [...this.#clients.values()].some((client) => client.secret === secret) && manner !== 'disabled';
    const error = good ? 'invalid_grant' : 'invalid_client';
    const error_description = `You sent ${authorization}, that is ${echo(secret)}`;
    const error_uri = `https://ehr.example/help?${new URLSearchParams({ secret })}`;
    return { status: good ? 400 : 401, body: { error, error_description, error_uri } };
  }
}

/** Whether one of a client's public keys verifies a signed assertion (RFC 7515). */
function isSignedBy(client: Client, assertion: string): boolean {
  const [header = '', payload = '', signature = ''] = assertion.split('.');
  const { keys = [] } = (client.metadata['jwks'] ?? {}) as { keys?: JsonWebKey[] };
  return keys.some((jwk) => {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const signed = Buffer.from(`${header}.${payload}`);
    return verify('sha384', signed, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
  });
}

function stubbornly(method: string, updates: number, told: string, challenge: Record<string, string>): Answer {
  if (method === 'DELETE') return { status: 403, body: { error: 'access_denied', error_description: told } };
  if (updates > 1) return { status: 401, headers: challenge, body: { detail: told } };
  return { status: 400, body: { error: 'invalid_client_metadata', errorMessage: told } };
}

/** A secret in the ways in which servers repeat it. */
function echo(secret: string): string {
  const bytes = Buffer.from(secret);
  const form = new URLSearchParams({ '': secret }).toString().slice(1);
  return [secret, encodeURIComponent(secret), form, bytes.toString('base64'), bytes.toString('hex')].join(' or ');
}

/** The secret of an Authorization header, of Basic decoded as RFC 6749 section 2.3.1 says. */
function secretOf(authorization: string | undefined): string | null {
  const [scheme, value = ''] = (authorization ?? '').split(' ', 2);
  if (scheme === 'Bearer') return value;
  if (scheme !== 'Basic') return null;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return new URLSearchParams(`=${pair.slice(pair.indexOf(':') + 1)}`).get('');
}
