import { clientSecretName } from '../domain/ids.ts';
import type { RequestArguments } from '../domain/ports.ts';
import type { RegistrationConfig } from '../domain/records.ts';
import { clientSecretSchema, readSecret } from './clientSecret.ts';
import type { Dependencies } from './dependencies.ts';
import { readManagement } from './management.ts';

/**
 * Every secret that a server may repeat in its answer to a registration request: what it says is told to people only
 * without them.
 */
export async function secretsOfRegistering(
  deps: Dependencies,
  { initialAccessTokenRef, registrationId }: RequestArguments,
): Promise<string[]> {
  if (initialAccessTokenRef === null) return [];
  const token = await deps.records.claimEnteringSecret(initialAccessTokenRef, registrationId);
  return token === null ? [] : [token];
}

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
