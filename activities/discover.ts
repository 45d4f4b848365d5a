import type { DiscoveryView } from '../domain/registrationView.ts';
import { discover as readDocuments } from '../protocols/smart/discover.ts';
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
  return await withClientOffer(deps, config, found);
}
