import { RegistrarFailure } from '../../domain/failure.ts';
import type { Endpoints } from '../../domain/ports/activities.ts';
import { originOf } from '../../protocols/http/publicUrl.ts';

/**
 * Origins that a registration access token and an initial access token may be sent to: that of the registration
 * endpoint; where there is none, and a person supplied the token, those of token endpoint and issuer.
 */
export function managementAudience({
  registrationEndpoint,
  tokenEndpoint,
  issuer,
}: Pick<Endpoints, 'registrationEndpoint' | 'tokenEndpoint' | 'issuer'>): string[] {
  if (registrationEndpoint !== null) return [originOf(registrationEndpoint)];
  const named = [tokenEndpoint, issuer].filter((url) => url !== null);
  return [...new Set(named.map(originOf))];
}

/** Origins that a client secret may be sent to. */
export function credentialAudience(endpoints: Endpoints): string[] {
  return [originOf(tokenEndpointOf(endpoints))];
}

export function tokenEndpointOf(endpoints: Endpoints): string {
  return endpoints.tokenEndpoint ?? missing('token endpoint');
}

export function registrationEndpointOf(endpoints: Endpoints): string {
  return endpoints.registrationEndpoint ?? missing('registration endpoint');
}

function missing(what: string): never {
  throw new RegistrarFailure({
    reason: 'DiscoveryFailed',
    retryClass: 'input',
    message: `The approved discovery snapshot names no ${what}.`,
  });
}
