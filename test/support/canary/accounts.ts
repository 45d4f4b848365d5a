import { waitFor } from '../waitFor.ts';
import { accountServers } from './accountServers.ts';
import type { CanaryWorld } from './world.ts';

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
