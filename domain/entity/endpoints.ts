import type { Endpoints } from '../ports/activities.ts';
import type { EntityState } from './state.ts';

/** The approved snapshot, reduced to what an activity needs. */
export function endpointsOf(state: EntityState): Endpoints {
  const { discovery } = state;
  if (discovery === null) throw new Error('no discovery snapshot');
  const { registrationEndpoint, tokenEndpoint, authorizationEndpoint, issuer, jwksUri } = discovery;
  const { scopesSupported, capabilities, tokenEndpointAuthMethods, tokenEndpointAuthSigningAlgs } = discovery;
  const { introspectionEndpoint, pushedRequestEndpoint } = discovery;
  return {
    registrationEndpoint,
    tokenEndpoint,
    authorizationEndpoint,
    issuer,
    jwksUri,
    scopesSupported,
    capabilities,
    tokenEndpointAuthMethods,
    tokenEndpointAuthSigningAlgs,
    introspectionEndpoint,
    pushedRequestEndpoint,
  };
}
