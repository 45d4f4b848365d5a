import { waitFor } from '../waitFor.ts';
import type { Plant } from './plant.ts';
import type { CanaryWorld } from './world.ts';

/**
 * Authorization servers that Registrar has an account at; each is a health system of its own below `/{name}/`.
 * `serviced`: a service account registers. `unserviced`: refuses its service account. `administered`: a Keycloak realm
 * whose administrator issues initial access tokens. All repeat what they were sent.
 */
export const accountServers = ['serviced', 'unserviced', 'administered'] as const;
export type AccountServer = (typeof accountServers)[number];

export function isAccountServer(name: string): name is AccountServer {
  return accountServers.some((known) => known === name);
}

const realm = 'realms/hospital';

/** Endpoints of their SMART document, from their base. */
export function endpointsOf(name: AccountServer): { token: string; registration: string } {
  if (name !== 'administered') return { token: 'token', registration: 'register' };
  return {
    token: `${realm}/protocol/openid-connect/token`,
    registration: `${realm}/clients-registrations/openid-connect`,
  };
}

/** What they answer besides what every careless peer does; null = the careless answer. */
export function accountAnswer(
  plant: Plant,
  name: AccountServer,
  method: string,
  path: string,
  form: string,
  secret: string,
): { status: number; body: unknown } | null {
  if (path.endsWith('/clients-initial-access')) {
    const token = plant.token(`${name}: issued initial access token`);
    const timestamp = Math.floor(Date.now() / 1000);
    const { expiration } = JSON.parse(form) as { expiration: number };
    return { status: 200, body: { id: 'issued-1', token, timestamp, expiration, count: 1, remainingCount: 1 } };
  }
  const asksBearer = method === 'POST' && form.includes('grant_type=client_credentials');
  if (!asksBearer) return null;
  if (name === 'unserviced')
    return { status: 401, body: { error: 'invalid_client', error_description: `Not with ${secret}` } };
  const access_token = plant.token(`${name}: bearer of the account`);
  return { status: 200, body: { access_token, token_type: 'Bearer', expires_in: 3600, you_sent: secret } };
}

/** Registrations that wait for a token go on once an account was put: it is registered with, or refused. */
export async function accounts({ api, plant, peer }: CanaryWorld): Promise<void> {
  for (const name of accountServers) {
    const registrationId = `${name}.portal.production.main`;
    const registration = { applicationId: 'portal', fhirBaseUrl: peer.fhirBaseUrl(name) };
    await api.ok('POST', '/v1/tenants', { tenantId: name, name: `The ${name} one`, registrations: [registration] });
    await api.until(registrationId, 'waits for a token', ({ phase }) => phase === 'awaiting_token');
    const { items } = (await api.ok('GET', '/v1/authorization-servers')) as {
      items: { serverId: string; tokenEndpoint: string }[];
    };
    const server = items.find(({ tokenEndpoint }) => tokenEndpoint.includes(`/${name}/`));
    const at = `/v1/authorization-servers/${server?.serverId}`;
    const kind = name === 'administered' ? 'administrator' : 'service';
    const clientSecret = plant.clientSecret(`${name}: secret of the account`);
    await api.ok('PUT', `${at}/credentials`, { kind, clientId: 'registrar', clientSecret });
    const refused = await api.call('PUT', `${at}/credentials`, {
      kind,
      clientId: clientSecret,
      clientSecret: [clientSecret],
    });
    if (refused.status !== 422) throw new Error(`a malformed credential was answered ${refused.status}`);
    if (name === 'unserviced')
      await waitFor(async () => JSON.stringify(await api.events(registrationId)).includes('ServiceAccountRejected'), {
        what: 'the account to be refused',
      });
    else await api.until(registrationId, 'is active', ({ phase }) => phase === 'active');
    await api.ok('GET', at);
  }
  await api.ok('GET', '/v1/initial-access-tokens');
}
