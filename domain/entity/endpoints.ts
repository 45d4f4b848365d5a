import type { Endpoints } from '../ports/activities.ts';
import type { EntityState } from './state.ts';

/** The approved snapshot, reduced to what a request that carries metadata needs. */
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

/** Scopes by which a client gets refresh tokens: what a proof may ask for hangs on them, and on no others. */
const refreshScopes: readonly string[] = ['offline_access', 'online_access'];

/** For steps that send no metadata: of what the server offers only what a proof goes by, as lists of scopes are long. */
export function bareEndpointsOf(state: EntityState): Endpoints {
  const endpoints = endpointsOf(state);
  const scopesSupported = endpoints.scopesSupported?.filter((scope) => refreshScopes.includes(scope)) ?? null;
  return { ...endpoints, scopesSupported, capabilities: null };
}
