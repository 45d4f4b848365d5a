import type { ClientMetadata } from './clientMetadata.ts';
import type { AuthMethod } from './words.ts';

/** Methods that this version can register and prove. */
const usable = ['client_secret_basic', 'client_secret_post', 'none'] as const satisfies readonly AuthMethod[];
type UsableAuthMethod = (typeof usable)[number];

/**
 * The token endpoint authentication method to register with: the metadata's own, else the first preference that the
 * server advertises. A server that advertises none supports `client_secret_basic` (RFC 8414 section 2). Where nothing
 * fits, the first preference is asked for: the server may know better than its document.
 */
export function chooseAuthMethod(
  metadata: ClientMetadata,
  preferences: readonly string[],
  advertised: readonly string[] | null,
): UsableAuthMethod {
  const own = usable.find((method) => method === metadata.token_endpoint_auth_method);
  if (own !== undefined) return own;
  const wanted = preferences.filter((method): method is UsableAuthMethod => usable.some((known) => known === method));
  const offered = advertised ?? ['client_secret_basic'];
  return wanted.find((method) => offered.includes(method)) ?? wanted[0] ?? 'client_secret_basic';
}
