import type { Plant } from './plant.ts';

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
