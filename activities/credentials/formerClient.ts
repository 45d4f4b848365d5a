import type { CredentialState, Endpoints } from '../../domain/ports/activities.ts';
import type { NewOrphan } from '../../domain/ports/ledgers/orphans.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import type { Dependencies } from '../dependencies.ts';

/**
 * A credential of another client took the place of this one: it is listed for a person, with its registration access
 * token where one is known, and held no longer. Repeatable.
 */
export async function listFormerClient(
  deps: Dependencies,
  config: RegistrationConfig,
  endpoints: Endpoints,
  former: CredentialState,
): Promise<void> {
  const { registrationId } = config;
  const journal = await deps.records.managementTokens(registrationId);
  const orphan: NewOrphan = {
    orphanId: `replaced/${registrationId}/${former.clientId}`,
    registrationId,
    tokenEndpoint: endpoints.tokenEndpoint,
    registrationEndpoint: endpoints.registrationEndpoint ?? '',
    clientId: former.clientId,
    clientName: String(config.metadata['client_name'] ?? ''),
    reason: 'ClientReplaced',
    since: deps.clock.now(),
    token: journal.find(({ clientId }) => clientId === former.clientId) ?? null,
  };
  await deps.records.addOrphan(orphan, { givenUp: true });
}
