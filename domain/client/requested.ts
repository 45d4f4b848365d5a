import type { RegistrationConfig } from '../registration/config.ts';
import type { ScopeOffer } from '../scopes/dialect.ts';
import { type NegotiatedScopes, negotiateScopes } from '../scopes/negotiation.ts';
import { splitScopes } from '../scopes/scope.ts';
import { chooseAuthMethod } from './authMethod.ts';
import type { ClientMetadata } from './metadata.ts';

/** What an authorization server offers, as far as a registration request depends on it. `Endpoints` are one. */
export interface RegistrationOffer extends ScopeOffer {
  readonly tokenEndpointAuthMethods: readonly string[] | null;
}

type RequestConfig = Pick<RegistrationConfig, 'metadata' | 'authMethods' | 'policies'>;

/**
 * The client metadata of a registration request: the effective metadata, with what SMART App Launch 2.2 section 2
 * needs where the application leaves it open (authorization code grant, refresh token for `offline_access` and
 * `online_access`), and the scopes in the dialect of the server. The same arguments give the same request, so that what
 * is judged later is what was sent.
 *
 * @param authMethod of the client that exists already; null chooses one.
 */
export function requestedMetadata(
  config: RequestConfig,
  offer: RegistrationOffer,
  authMethod: string | null,
): Record<string, unknown> {
  const metadata = config.metadata as ClientMetadata;
  const { sent } = requestedScopes(config, offer);
  const refreshes = sent.includes('offline_access') || sent.includes('online_access');
  const grantTypes = refreshes ? ['authorization_code', 'refresh_token'] : ['authorization_code'];
  return {
    grant_types: grantTypes,
    response_types: responseTypesOf(metadata.grant_types ?? grantTypes),
    ...metadata,
    ...(metadata.scope === undefined ? {} : { scope: sent.join(' ') }),
    token_endpoint_auth_method:
      authMethod ?? chooseAuthMethod(metadata, config.authMethods, offer.tokenEndpointAuthMethods),
  };
}

/**
 * Those that correspond to the grants (RFC 7591 section 2.1): none where nobody is redirected. Said, and not left out,
 * as its absence means `code`.
 */
function responseTypesOf(grantTypes: readonly string[]): string[] {
  return grantTypes.includes('authorization_code') || grantTypes.includes('implicit') ? ['code'] : [];
}

/** The scopes of {@link requestedMetadata}, with why they are not the application's where they are not. */
export function requestedScopes(
  config: Pick<RequestConfig, 'metadata' | 'policies'>,
  offer: ScopeOffer,
): NegotiatedScopes {
  const { scope } = config.metadata as ClientMetadata;
  return negotiateScopes(splitScopes(scope ?? ''), offer, config.policies.trimScopes);
}
