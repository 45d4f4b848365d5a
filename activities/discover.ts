import { randomUUID } from 'node:crypto';
import type { RegistrationConfig } from '../domain/records.ts';
import type { DiscoveryView } from '../domain/registrationView.ts';
import { requestedMetadata } from '../domain/requestedMetadata.ts';
import { discover as readDocuments } from '../protocols/smart/discover.ts';
import { withClientKeys } from './clientKeys.ts';
import { withClientOffer } from './clientOffer.ts';
import { configOf, type Dependencies } from './dependencies.ts';

/** Reads the discovery documents of a registration's FHIR base URL. Repeatable. */
export async function discover(deps: Dependencies, argument: { registrationId: string }): Promise<DiscoveryView> {
  const config = await configOf(deps, argument.registrationId);
  const { fhirBaseUrl, registrationEndpoint, issuer } = config;
  const found = await readDocuments(deps.client, {
    fhirBaseUrl,
    registrationEndpoint,
    issuer,
    isAllowedUrl: deps.isAllowedUrl,
  });
  await makeKeysForPerson(deps, config, found);
  return await withClientOffer(deps, config, found);
}

/** Where a person will register the client, its keys are made at once: the health system asks for their URL. */
async function makeKeysForPerson(deps: Dependencies, config: RegistrationConfig, found: DiscoveryView): Promise<void> {
  const byPerson = config.method === 'manual' || found.registrationEndpoint === null;
  if (!byPerson || config.holderRegistrationId !== null) return;
  await withClientKeys(deps, config, requestedMetadata(config, found, null), randomUUID());
}
