import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../../domain/time/clock.ts';
import { type Behaviour, honest, type Refusal } from './behaviour.ts';
import { SimulatedClient } from './client.ts';
import type { Ledger, PeerRequest, RequestKind } from './ledger.ts';
import { bearerOf, clientCredentialsOf } from './presented.ts';

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly clientId?: string;
  readonly secret?: number | null;
}

const usual = '127.0.0.1';
/** Where FHIR bases of another site are. */
const otherSite = '127.0.0.2';
/** One for each system apart: a server that asks for a pause brings it over all systems of its address. */
const apart = Array.from({ length: 16 }, (_, index) => `127.0.0.${index + 3}`);
const addresses = [usual, otherSite, ...apart];

/** The request was taken, and is never answered. */
const silence = 'silence';

/** Server-set members, which an update may not send. */
const serverSet = new Set(['registration_access_token', 'registration_client_uri', 'client_secret_expires_at']);

/**
 * FHIR bases with their authorization servers, each below `/{system}/` and with a {@link Behaviour} of its own that may
 * change at any time. Writes down every request: the judge of what the product did.
 */
export class Peer {
  readonly #clock: Clock;
  readonly #systems = new Map<string, { readonly behaviour: Behaviour; readonly address: string }>();
  #apart = 0;
  readonly #clients = new Map<string, SimulatedClient>();
  readonly #requests: PeerRequest[] = [];
  readonly #initialAccessTokens = new Set<string>();
  readonly #servers: Server[] = [];
  readonly #listeners = new Set<(request: PeerRequest) => void>();
  #port = 0;

  constructor(clock: Clock = { now: Date.now }) {
    this.#clock = clock;
  }

  async listen(): Promise<this> {
    for (const address of addresses) {
      const server = createServer((request, response) => {
        this.#handle(request, response).catch(() => response.destroy());
      });
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(this.#port, address, resolve);
      });
      this.#port = (server.address() as AddressInfo).port;
      this.#servers.push(server);
    }
    return this;
  }

  /** `host:port` of all addresses, for the list of allowed hosts. */
  get hosts(): string {
    return addresses.map((address) => `${address}:${this.#port}`).join();
  }

  /** A new system, or a new behaviour of one, which stays where it is. `apart`: at an address of its own. */
  program(system: string, behaviour: Behaviour = honest, place?: 'apart'): void {
    const address = place === 'apart' ? this.#nextApart() : (this.#systems.get(system)?.address ?? usual);
    this.#systems.set(system, { behaviour, address });
  }

  #nextApart(): string {
    const address = apart[this.#apart++];
    if (address === undefined) throw new Error(`${apart.length} systems are apart already`);
    return address;
  }

  fhirBaseUrl(system: string, site: 'same' | 'other' = 'same'): string {
    return site === 'same' ? `${this.#base(system)}/fhir` : `http://${otherSite}:${this.#port}/${system}/fhir`;
  }

  /** An initial access token that works once. */
  initialAccessToken(): string {
    const token = `iat-${this.#initialAccessTokens.size}-${Math.random().toString(36).slice(2)}`;
    this.#initialAccessTokens.add(token);
    return token;
  }

  /** Somebody at the health system enables the clients of a system. */
  enable(system: string): void {
    for (const client of this.#clients.values()) if (client.system === system) client.enabled = true;
  }

  /** A client that somebody made by hand, with what an administrator would hand over. */
  madeByHand(system: string, metadata: Readonly<Record<string, unknown>> = {}) {
    const behaviour = this.#behaviour(system);
    const client = this.#create(system, metadata, behaviour);
    const answer = client.shown(behaviour, this.#clientUri(client), 'plain');
    return {
      clientId: client.clientId,
      clientSecret: client.secret,
      registrationAccessToken: client.token,
      registrationClientUri: this.#clientUri(client),
      expiresAt: Number(answer['client_secret_expires_at'] ?? 0) * 1000,
    };
  }

  /** From now on a client has this secret too, as when a vendor's portal has made it known everywhere. */
  takes(clientId: string, secret: string): void {
    const client = this.#clients.get(clientId);
    if (client === undefined) throw new Error(`there is no client ${clientId}`);
    client.issue(this.#behaviour(client.system), this.#clock.now(), secret);
  }

  ledger(): Ledger {
    return { requests: [...this.#requests], clients: [...this.#clients.values()].map((client) => client.book()) };
  }

  /** Told of each request once it is written down. Answers how to stop that. */
  watch(listener: (request: PeerRequest) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  #base(system: string): string {
    return `http://${this.#systems.get(system)?.address ?? usual}:${this.#port}/${system}`;
  }

  #clientUri({ system, clientId }: SimulatedClient): string {
    return `${this.#base(system)}/reg/${clientId}`;
  }

  #behaviour(system: string): Behaviour {
    const found = this.#systems.get(system);
    if (found === undefined) throw new Error(`${system} was not programmed`);
    return found.behaviour;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = this.#clock.now();
    const body = await text(request);
    const [, system = '', ...rest] = (request.url ?? '/').split('?', 1)[0]?.split('/') ?? [];
    const behaviour = this.#systems.get(system)?.behaviour;
    const kind = kindOf(rest);
    const answer = behaviour === undefined ? { status: 404 } : this.#answer(behaviour, system, rest, request, body);
    const { status, clientId = null, secret = null } = answer === silence ? { status: 0 } : (answer as Answer);
    const written = { at, system, kind, method: request.method ?? '', status, clientId, secret };
    this.#requests.push(written);
    for (const listener of this.#listeners) listener(written);
    // The caller gives up some time; the socket is closed with the peer.
    if (answer === silence) return;
    if (behaviour !== undefined && behaviour.delay > 0) await delay(behaviour.delay);
    response.writeHead(status, { 'content-type': 'application/json', ...answer.headers });
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
  }

  #answer(
    behaviour: Behaviour,
    system: string,
    rest: readonly string[],
    request: IncomingMessage,
    body: string,
  ): Answer | typeof silence {
    const [first = '', second] = rest;
    if (first === 'fhir' && rest.at(-1) === 'smart-configuration')
      return typeof behaviour.documents === 'object'
        ? refusal(behaviour.documents)
        : { status: 200, body: this.#document(behaviour, system) };
    if (first === 'token' && request.method === 'POST') return this.#token(behaviour, request, body);
    if (first === 'reg' && second === undefined && request.method === 'POST')
      return this.#register(behaviour, system, request, body);
    const client = second === undefined ? undefined : this.#clients.get(second);
    if (first === 'reg' && client?.system === system) return this.#manage(behaviour, client, request, body);
    return { status: 404, body: { error: 'not_found' } };
  }

  #document({ registers }: Behaviour, system: string): Record<string, unknown> {
    const base = this.#base(system);
    return {
      issuer: base,
      token_endpoint: `${base}/token`,
      authorization_endpoint: `${base}/authorize`,
      ...(registers ? { registration_endpoint: `${base}/reg` } : {}),
      grant_types_supported: ['authorization_code', 'refresh_token'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      capabilities: ['launch-standalone', 'client-confidential-symmetric', 'permission-v2'],
    };
  }

  #create(system: string, metadata: Readonly<Record<string, unknown>>, behaviour: Behaviour): SimulatedClient {
    const client = new SimulatedClient(system, metadata, behaviour, this.#clock.now());
    this.#clients.set(client.clientId, client);
    return client;
  }

  #firstOf(system: string): SimulatedClient | undefined {
    return [...this.#clients.values()].find((client) => client.system === system && client.deletedAt === null);
  }

  #register(behaviour: Behaviour, system: string, request: IncomingMessage, body: string): Answer | typeof silence {
    if (typeof behaviour.register === 'object') return refusal(behaviour.register);
    if (behaviour.wantsToken && !this.#initialAccessTokens.delete(bearerOf(request) ?? ''))
      return { status: 401, body: { error: 'invalid_token' } };
    const known = behaviour.register === 'same-client' ? this.#firstOf(system) : undefined;
    const client = known ?? this.#create(system, JSON.parse(body) as Record<string, unknown>, behaviour);
    if (behaviour.register === 'goes-silent') return silence;
    const { clientId } = client;
    if (behaviour.register === 'without-id') return { status: 201, clientId, body: { client_name: 'registered' } };
    return { status: 201, clientId, body: client.shown(behaviour, this.#clientUri(client), 'plain') };
  }

  #manage(
    behaviour: Behaviour,
    client: SimulatedClient,
    request: IncomingMessage,
    body: string,
  ): Answer | typeof silence {
    const { clientId } = client;
    const about = (answer: Answer): Answer => ({ ...answer, clientId });
    if (client.deletedAt !== null || bearerOf(request) !== client.token)
      return about({ status: 401, body: { error: 'invalid_token' } });
    const uri = this.#clientUri(client);
    if (request.method === 'GET') {
      if (typeof behaviour.read === 'object') return about(refusal(behaviour.read));
      if (behaviour.read === 'renews-token') client.renewToken();
      return about({
        status: 200,
        body: client.shown(behaviour, uri, behaviour.read === 'hashed' ? 'hashed' : 'plain'),
      });
    }
    if (request.method === 'DELETE') {
      if (typeof behaviour.remove === 'object') return about(refusal(behaviour.remove));
      client.deletedAt = this.#clock.now();
      return about({ status: 204 });
    }
    if (request.method !== 'PUT') return about({ status: 405 });
    const { update } = behaviour;
    if (typeof update === 'object') return about(refusal(update));
    const sent = JSON.parse(body) as Record<string, unknown>;
    client.metadata = Object.fromEntries(Object.entries(sent).filter(([name]) => !serverSet.has(name)));
    if (behaviour.updateRenewsToken) client.renewToken();
    const renews = update === 'new' || update === 'goes-silent';
    if (renews && !client.isTooEarly(behaviour, this.#clock.now())) client.issue(behaviour, this.#clock.now());
    if (update === 'goes-silent') return silence;
    const form = update === 'masked' || update === 'hashed' ? update : 'plain';
    return about({ status: 200, body: client.shown(behaviour, uri, form) });
  }

  /** RFC 6749: the client is judged first, then its code, which nobody ever has. */
  #token(behaviour: Behaviour, request: IncomingMessage, body: string): Answer {
    if (typeof behaviour.token === 'object') return refusal(behaviour.token);
    const presented = clientCredentialsOf(request, body);
    const client = this.#clients.get(presented.clientId ?? '');
    const secret = client?.ordinalOf(presented.clientSecret ?? '', this.#clock.now()) ?? null;
    const about = { ...(client === undefined ? {} : { clientId: client.clientId }), secret };
    if (behaviour.token === 'anybody') return { status: 400, body: { error: 'invalid_grant' }, ...about };
    const isGood =
      client !== undefined &&
      client.deletedAt === null &&
      client.enabled &&
      secret !== null &&
      (behaviour.token === 'honest' || secret === 1);
    return isGood
      ? { status: 400, body: { error: 'invalid_grant' }, ...about }
      : { status: 401, body: { error: 'invalid_client' }, ...about };
  }
}

function kindOf([first = '', second]: readonly string[]): RequestKind {
  if (first === 'fhir' || first === '.well-known') return 'fhir';
  if (first === 'token') return 'token';
  if (first === 'reg') return second === undefined ? 'register' : 'manage';
  return 'other';
}

function refusal({ status, retryAfter, error, description }: Refusal): Answer {
  return {
    status,
    ...(retryAfter === undefined ? {} : { headers: { 'retry-after': String(retryAfter) } }),
    ...(error === undefined ? {} : { body: { error, error_description: description } }),
  };
}
