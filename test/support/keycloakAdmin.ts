import type { ServerAddresses } from './servers/catalog.ts';

/** A client as Keycloak's admin API shows it; the members that tests look at. */
export interface KeycloakClient {
  readonly id: string;
  readonly clientId: string;
  readonly name?: string;
  readonly enabled: boolean;
  readonly redirectUris: readonly string[];
  readonly defaultClientScopes: readonly string[];
  readonly optionalClientScopes: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
}

/** A line of Keycloak's own event log: `CLIENT_REGISTER`, `CLIENT_UPDATE`, `CODE_TO_TOKEN_ERROR`… */
export interface KeycloakEvent {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly type: string;
  readonly clientId?: string;
  readonly error?: string;
  readonly details?: Readonly<Record<string, string>>;
}

/** Keycloak's admin API as the tests need it: to prepare, and to judge by the server's own records. */
export class KeycloakAdmin {
  readonly #address: ServerAddresses['keycloak'];
  #token: { value: string; usableUntil: number } | undefined;

  constructor(address: ServerAddresses['keycloak']) {
    this.#address = address;
  }

  /** Issuer of the realm. */
  get issuer(): string {
    return `${this.#address.url}/realms/${this.#address.realm}`;
  }

  get registrationEndpoint(): string {
    return `${this.issuer}/clients-registrations/openid-connect`;
  }

  /** Version of the server. */
  async version(): Promise<string> {
    const info = await this.#call('GET', '/admin/serverinfo');
    return (info as { systemInfo: { version: string } }).systemInfo.version;
  }

  /** Rejects when the realm does not exist. */
  realm(): Promise<unknown> {
    return this.#inRealm('GET', '');
  }

  /** A new realm with the client profiles and policies of this one; answers its administrator. */
  async newRealm(realm: string): Promise<KeycloakAdmin> {
    await this.#call('POST', '/admin/realms', { realm, enabled: true, eventsEnabled: true });
    const own = new KeycloakAdmin({ ...this.#address, realm });
    for (const path of ['/client-policies/profiles', '/client-policies/policies'])
      await own.#inRealm('PUT', path, await this.#inRealm('GET', path));
    return own;
  }

  /** How long secrets of the realm live, overlap, and may be renewed before their end, in seconds. */
  async setSecretPeriods(periods: { lifetime: number; overlap: number; renewalWindow: number }): Promise<void> {
    const values: Readonly<Record<string, number>> = {
      'expiration-period': periods.lifetime,
      'rotated-expiration-period': periods.overlap,
      'remaining-rotation-period': periods.renewalWindow,
    };
    const found = JSON.stringify(await this.#inRealm('GET', '/client-policies/profiles'));
    const changed = JSON.parse(found, (name, value) => values[name] ?? value);
    await this.#inRealm('PUT', '/client-policies/profiles', changed);
  }

  /** Adds a client registration policy for authenticated requests, such as `client-disabled`. */
  async addRegistrationPolicy(providerId: string): Promise<void> {
    const realm = (await this.realm()) as { id: string };
    await this.#inRealm('POST', '/components', {
      name: providerId,
      providerId,
      providerType: 'org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy',
      parentId: realm.id,
      subType: 'authenticated',
      config: {},
    });
  }

  /** A client as an administrator makes it in the console. */
  async createClient(clientId: string, representation: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#inRealm('POST', '/clients', { clientId, ...representation });
  }

  /** A new registration access token for a client that exists. */
  async registrationAccessToken(clientId: string): Promise<string> {
    const path = `/clients/${await this.#uuidOf(clientId)}/registration-access-token`;
    return ((await this.#inRealm('POST', path)) as { registrationAccessToken: string }).registrationAccessToken;
  }

  /** A new initial access token. `expiration` in seconds, 0 = never. */
  async initialAccessToken(options: { count?: number; expiration?: number } = {}): Promise<string> {
    const body = { count: options.count ?? 1, expiration: options.expiration ?? 3600 };
    return ((await this.#inRealm('POST', '/clients-initial-access', body)) as { token: string }).token;
  }

  /** Every client of the realm, Keycloak's own included. */
  async clients(): Promise<KeycloakClient[]> {
    return (await this.#inRealm('GET', '/clients?max=10000')) as KeycloakClient[];
  }

  /** The client with this OAuth client id, or null. */
  async client(clientId: string): Promise<KeycloakClient | null> {
    const found = await this.#inRealm('GET', `/clients?clientId=${encodeURIComponent(clientId)}`);
    return (found as KeycloakClient[])[0] ?? null;
  }

  /** User events of one client, oldest first. */
  async events(clientId: string): Promise<KeycloakEvent[]> {
    const events = await this.#inRealm('GET', `/events?client=${encodeURIComponent(clientId)}&max=1000`);
    return (events as KeycloakEvent[]).reverse();
  }

  /** What administrators did in the realm, oldest first. */
  async adminEvents(): Promise<{ time: number; operationType: string; resourceType: string; resourcePath: string }[]> {
    return ((await this.#inRealm('GET', '/admin-events?max=1000')) as never[]).reverse();
  }

  async deleteClient(clientId: string): Promise<void> {
    await this.#inRealm('DELETE', `/clients/${await this.#uuidOf(clientId)}`);
  }

  async setEnabled(clientId: string, enabled: boolean): Promise<void> {
    await this.update(clientId, { enabled });
  }

  /** Changes members of a client's representation. */
  async update(clientId: string, change: Readonly<Record<string, unknown>>): Promise<void> {
    const client = await this.client(clientId);
    if (client === null) throw new Error(`Keycloak has no client ${clientId}`);
    await this.#inRealm('PUT', `/clients/${client.id}`, { ...client, ...change });
  }

  /** The client's current secret. */
  /** A client scope of the realm that no registration policy allows. */
  async addClientScope(name: string): Promise<void> {
    await this.#inRealm('POST', '/client-scopes', { name, protocol: 'openid-connect' });
  }

  async removeClientScope(name: string): Promise<void> {
    const scopes = (await this.#inRealm('GET', '/client-scopes')) as { id: string; name: string }[];
    const found = scopes.find((scope) => scope.name === name);
    if (found !== undefined) await this.#inRealm('DELETE', `/client-scopes/${found.id}`);
  }

  async secret(clientId: string): Promise<string> {
    const answer = await this.#inRealm('GET', `/clients/${await this.#uuidOf(clientId)}/client-secret`);
    return (answer as { value: string }).value;
  }

  async #uuidOf(clientId: string): Promise<string> {
    const client = await this.client(clientId);
    if (client === null) throw new Error(`Keycloak has no client ${clientId}`);
    return client.id;
  }

  #inRealm(method: string, path: string, body?: unknown): Promise<unknown> {
    return this.#call(method, `/admin/realms/${this.#address.realm}${path}`, body);
  }

  async #call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.#address.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${await this.#bearer()}`, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`Keycloak answers ${response.status} to ${method} ${path}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  async #bearer(): Promise<string> {
    if (this.#token !== undefined && this.#token.usableUntil > Date.now()) return this.#token.value;
    const { url, admin } = this.#address;
    const response = await fetch(`${url}/realms/master/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', ...admin }),
      signal: AbortSignal.timeout(30_000),
    });
    if (!response.ok) throw new Error(`Keycloak does not let the administrator in: ${response.status}`);
    const token = (await response.json()) as { access_token: string; expires_in: number };
    this.#token = { value: token.access_token, usableUntil: Date.now() + token.expires_in * 500 };
    return token.access_token;
  }
}

/** The admin API of the Keycloak that tests run against. */
export function keycloakAdmin(address: ServerAddresses['keycloak']): KeycloakAdmin {
  return new KeycloakAdmin(address);
}
