import { randomBytes } from 'node:crypto';
import type { ServerAddresses } from './servers/catalog.ts';

const policyType = 'org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy';
const managerRoles = ['create-client', 'view-clients', 'manage-clients'];

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * A realm of its own on the shared Keycloak, so that a test may change what a realm has only once: its client
 * registration policies. Everything here speaks to Keycloak's admin API as its master administrator.
 */
export class KeycloakRealmForTest {
  readonly name = `test-${randomBytes(5).toString('hex')}`;
  readonly url: string;
  readonly #address: ServerAddresses['keycloak'];
  #bearer: Promise<string> | null = null;
  #bearerUntil = 0;

  static async open(address: ServerAddresses['keycloak'], url = address.url): Promise<KeycloakRealmForTest> {
    const realm = new KeycloakRealmForTest(address, url);
    await realm.#must('POST', '', { realm: realm.name, enabled: true });
    return realm;
  }

  /** `url`: where tests reach the server, such as a proxy; tokens carry it. */
  private constructor(address: ServerAddresses['keycloak'], url: string) {
    this.#address = address;
    this.url = url;
  }

  get issuer(): string {
    return `${this.url}/realms/${this.name}`;
  }

  get host(): string {
    return new URL(this.url).host;
  }

  async remove(): Promise<void> {
    await this.#call('DELETE', `/${this.name}`);
  }

  /** A new initial access token. `expiration` in seconds. */
  async initialAccessToken(count = 1, expiration = 600): Promise<{ id: string; token: string }> {
    return (await this.must('POST', '/clients-initial-access', { count, expiration })) as { id: string; token: string };
  }

  /** The realm's own list of its initial access tokens. */
  async initialAccessTokens(): Promise<{ id: string; count: number; expiration: number; remainingCount: number }[]> {
    return (await this.must('GET', '/clients-initial-access')) as never[];
  }

  /** The realm's own view of a client; null when it has none. */
  async client(clientId: string): Promise<Record<string, unknown> | null> {
    const found = await this.must('GET', `/clients?clientId=${encodeURIComponent(clientId)}`);
    return (found as Record<string, unknown>[])[0] ?? null;
  }

  async updateClient(clientId: string, change: object): Promise<void> {
    const client = await this.client(clientId);
    await this.must('PUT', `/clients/${client?.['id']}`, { ...client, ...change });
  }

  async secret(clientId: string): Promise<string> {
    const client = await this.client(clientId);
    return ((await this.must('GET', `/clients/${client?.['id']}/client-secret`)) as { value: string }).value;
  }

  /** A client of the realm whose service account may manage clients; resolves to its secret. */
  async serviceAccount(clientId: string, roles: readonly string[] = managerRoles): Promise<string> {
    const secret = `service secret: ${randomBytes(6).toString('hex')}/+%&ä`;
    await this.must('POST', '/clients', {
      ...{ clientId, secret, serviceAccountsEnabled: true, standardFlowEnabled: false, publicClient: false },
    });
    const client = await this.client(clientId);
    const user = (await this.must('GET', `/clients/${client?.['id']}/service-account-user`)) as { id: string };
    await this.#grant(user.id, roles);
    return secret;
  }

  /** A user of the realm who may manage clients; resolves to the password. */
  async user(username: string, roles: readonly string[] = managerRoles): Promise<string> {
    const password = `pass ${randomBytes(6).toString('hex')}`;
    const about = { email: `${username}@example.org`, emailVerified: true, firstName: 'A', lastName: 'B' };
    const credentials = [{ type: 'password', value: password, temporary: false }];
    await this.must('POST', '/users', { username, enabled: true, ...about, credentials });
    const [user] = (await this.must('GET', `/users?username=${username}&exact=true`)) as { id: string }[];
    await this.#grant(user?.id ?? '', roles);
    return password;
  }

  /** The bearer of an account, by whatever grant. */
  async bearer(form: Record<string, string>): Promise<string> {
    const response = await fetch(`${this.issuer}/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    return ((await response.json()) as { access_token: string }).access_token;
  }

  /** Takes away every client registration policy, anonymous and authenticated. */
  async removePolicies(): Promise<void> {
    const policies = (await this.must('GET', `/components?type=${policyType}`)) as { id: string }[];
    for (const { id } of policies) await this.must('DELETE', `/components/${id}`);
  }

  async addPolicy(
    providerId: string,
    subType: 'anonymous' | 'authenticated',
    config: Record<string, string[]>,
    name = providerId,
  ): Promise<void> {
    const { id: parentId } = (await this.must('GET', '')) as { id: string };
    await this.must('POST', '/components', { name, providerId, subType, config, providerType: policyType, parentId });
  }

  async #grant(userId: string, roles: readonly string[]): Promise<void> {
    const management = await this.client('realm-management');
    const all = (await this.must('GET', `/clients/${management?.['id']}/roles`)) as { name: string }[];
    const granted = all.filter(({ name }) => roles.includes(name));
    await this.must('POST', `/users/${userId}/role-mappings/clients/${management?.['id']}`, granted);
  }

  /** A call to the admin API below the realm that has to succeed. */
  must(method: string, path: string, body?: unknown): Promise<unknown> {
    return this.#must(method, `/${this.name}${path}`, body);
  }

  async #must(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.#call(method, path, body);
    if (answer.status >= 300) throw new Error(`Keycloak answers ${answer.status} to ${method} ${path}`);
    return answer.body;
  }

  async #call(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.url}/admin/realms${path}`, {
      method,
      headers: { authorization: `Bearer ${await this.#administrator()}`, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  }

  #administrator(): Promise<string> {
    if (this.#bearer === null || Date.now() > this.#bearerUntil) {
      this.#bearerUntil = Date.now() + 20_000;
      const { admin } = this.#address;
      const form = new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', ...admin });
      this.#bearer = fetch(`${this.url}/realms/master/protocol/openid-connect/token`, { method: 'POST', body: form })
        .then((response) => response.json())
        .then((token) => (token as { access_token: string }).access_token);
    }
    return this.#bearer;
  }
}
