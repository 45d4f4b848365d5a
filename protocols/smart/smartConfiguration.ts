import { type MemberContext, type ParsedEndpoints, readEndpoint, readIssuer, readListMember } from './members.ts';

/**
 * SMART configuration document (SMART App Launch 2.2, "Using .well-known"). Tolerant: missing members make an older
 * server, not an error. Never throws.
 */
export function parseSmartConfiguration(
  document: Readonly<Record<string, unknown>>,
  context: MemberContext,
): ParsedEndpoints {
  const list = (name: string) => readListMember(document[name], name, context.list);
  const endpoint = (name: string) => readEndpoint(document[name], name, context);
  const capabilities = list('capabilities');
  const challenges = list('code_challenge_methods_supported');
  if (challenges !== null && !challenges.includes('S256')) {
    context.list.add('pkce-s256-not-advertised', 'warning', 'The server does not advertise PKCE with S256.');
  }
  if (capabilities === null) {
    context.list.add('capabilities-missing', 'info', 'The SMART configuration lists no capabilities.');
  }
  const tokenEndpoint = endpoint('token_endpoint');
  if (tokenEndpoint === null) {
    context.list.add('token-endpoint-missing', 'error', 'The SMART configuration names no usable token endpoint.');
  }
  return {
    source: 'smart-configuration',
    tokenEndpoint,
    authorizationEndpoint: endpoint('authorization_endpoint'),
    registrationEndpoint: endpoint('registration_endpoint'),
    managementEndpoint: endpoint('management_endpoint'),
    issuer: readIssuer(document['issuer'], context),
    jwksUri: endpoint('jwks_uri'),
    introspectionEndpoint: endpoint('introspection_endpoint'),
    pushedRequestEndpoint: endpoint('pushed_authorization_request_endpoint'),
    scopesSupported: list('scopes_supported'),
    capabilities,
    tokenEndpointAuthMethods: list('token_endpoint_auth_methods_supported'),
    tokenEndpointAuthSigningAlgs: list('token_endpoint_auth_signing_alg_values_supported'),
  };
}
