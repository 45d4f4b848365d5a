import { type AuthMethod, authMethods } from '../words.ts';
import type { ClientMetadata } from './metadata.ts';

/**
 * The token endpoint authentication method to register with: the metadata's own, else the first preference that the
 * server advertises. A server that advertises none supports `client_secret_basic` (RFC 8414 section 2). Where nothing
 * fits, the first preference is asked for: the server may know better than its document. What is judged later must
 * equal what was sent, so nothing but the arguments counts.
 */
export function chooseAuthMethod(
  metadata: ClientMetadata,
  preferences: readonly string[],
  advertised: readonly string[] | null,
): AuthMethod {
  if (metadata.token_endpoint_auth_method !== undefined) return metadata.token_endpoint_auth_method;
  const wanted = preferences.filter((method): method is AuthMethod => authMethods.some((known) => known === method));
  const offered = advertised ?? ['client_secret_basic'];
  return wanted.find((method) => offered.includes(method)) ?? wanted[0] ?? 'client_secret_basic';
}
