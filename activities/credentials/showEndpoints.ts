import { clientSecretName } from '../../domain/ids.ts';
import type { CredentialState, Endpoints } from '../../domain/ports/activities.ts';
import { toContent } from '../../stores/secrets/content.ts';
import { versionIdOfContent } from '../../stores/secrets/versionId.ts';
import { configOf, type Dependencies } from '../dependencies.ts';
import { credentialAudience } from '../servers/audience.ts';
import { type ClientSecret, clientSecretSchema, readSecret, tagsOf } from './secret.ts';

/**
 * Tells the application which endpoints are approved now: a new version of `…/client` with the same secret, made current
 * by compare-and-swap. Call it once an administrator approved what moved: the secret's audience moves with it. Answers
 * the credential as it is afterwards. Repeatable: the version id comes from the content.
 */
export async function showEndpoints(
  deps: Dependencies,
  argument: { registrationId: string; endpoints: Endpoints; current: CredentialState },
): Promise<CredentialState> {
  const { registrationId, endpoints, current } = argument;
  const config = await configOf(deps, registrationId);
  const name = clientSecretName(config);
  if (config.holderRegistrationId !== null || current.place !== 'client') return current;
  const stored = await readSecret(deps.secrets, name, { stage: 'current' }, clientSecretSchema);
  if (stored === null) return current;
  const { issuer: _issuer, jwks_uri: _keys, ...kept } = stored.value;
  const document: ClientSecret = {
    ...kept,
    token_endpoint: endpoints.tokenEndpoint,
    authorization_endpoint: endpoints.authorizationEndpoint,
    ...(endpoints.issuer === null ? {} : { issuer: endpoints.issuer }),
    ...(endpoints.jwksUri === null ? {} : { jwks_uri: endpoints.jwksUri }),
    fhir_base_url: config.fhirBaseUrl,
    audience: credentialAudience(endpoints),
  };
  const content = toContent(name, document);
  if (content === toContent(name, stored.value)) return { ...current, versionId: stored.versionId };
  const versionId = versionIdOfContent(content, 'client');
  await deps.secrets.put(name, versionId, document, tagsOf(config));
  await deps.secrets.promote(name, versionId, stored.versionId);
  return { ...current, versionId };
}
