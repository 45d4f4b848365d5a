import { chooseAuthMethod } from './authMethodChoice.ts';
import type { ClientMetadata } from './clientMetadata.ts';
import type { RegistrationConfig } from './records.ts';

/**
 * The client metadata of a registration request: the effective metadata, with what SMART App Launch 2.2 section 2
 * needs where the application leaves it open (authorization code grant, refresh token for `offline_access` and
 * `online_access`).
 *
 * @param authMethod of the client that exists already; null chooses one.
 */
export function requestedMetadata(
  config: Pick<RegistrationConfig, 'metadata' | 'authMethods'>,
  advertisedAuthMethods: readonly string[] | null,
  authMethod: string | null,
): Record<string, unknown> {
  const metadata = config.metadata as ClientMetadata;
  const scopes = (metadata.scope ?? '').split(' ');
  const refreshes = scopes.includes('offline_access') || scopes.includes('online_access');
  return {
    grant_types: refreshes ? ['authorization_code', 'refresh_token'] : ['authorization_code'],
    response_types: ['code'],
    ...metadata,
    token_endpoint_auth_method: authMethod ?? chooseAuthMethod(metadata, config.authMethods, advertisedAuthMethods),
  };
}
