import { clientSecretName } from '../../domain/ids.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import type { Dependencies } from '../dependencies.ts';
import { readManagement } from './management.ts';
import { clientSecretSchema, readSecret } from './secret.ts';

/** Every secret that a server may repeat in its answer about a client that exists. */
export async function secretsOfClient(deps: Dependencies, config: RegistrationConfig): Promise<string[]> {
  const management = (await readManagement(deps, config))?.value;
  const client = (await readSecret(deps.secrets, clientSecretName(config), { stage: 'current' }, clientSecretSchema))
    ?.value;
  const journal = await deps.records.managementTokens(config.registrationId);
  const known = [
    management?.registration_access_token,
    management?.client?.client_secret,
    client?.client_secret,
    ...journal.map(({ token }) => token),
  ];
  return known.filter((secret) => secret !== undefined);
}
