import { randomUUID } from 'node:crypto';
import type { DiscoveryView } from '../domain/registrationView.ts';
import { requestedMetadata } from '../domain/requestedMetadata.ts';
import { discover as readDocuments } from '../protocols/smart/discover.ts';
import { withClientKeys } from './clientKeys.ts';
import { configOf, type Dependencies } from './dependencies.ts';

/**
 * Reads the discovery documents of a registration's FHIR base URL. Where a person will register the client, its keys
 * are made at once: the health system asks for their URL. Repeatable.
 */
export async function discover(deps: Dependencies, argument: { registrationId: string }): Promise<DiscoveryView> {
  const config = await configOf(deps, argument.registrationId);
  const { fhirBaseUrl, registrationEndpoint, issuer, method } = config;
  const view = await readDocuments(deps.client, {
    fhirBaseUrl,
    registrationEndpoint,
    issuer,
    isAllowedUrl: deps.isAllowedUrl,
  });
  if (method === 'manual' || view.registrationEndpoint === null) {
    const metadata = requestedMetadata(config, view, null);
    await withClientKeys(deps, config, metadata, randomUUID());
  }
  return view;
}
