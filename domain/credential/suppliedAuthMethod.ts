import { chooseAuthMethod } from '../client/authMethod.ts';
import type { ClientMetadata } from '../client/metadata.ts';
import type { RegistrationConfig } from '../registration/config.ts';
import type { AuthMethod } from '../words.ts';

/**
 * The token endpoint authentication method of a client that was supplied without naming one: none without a secret;
 * with one, what would be registered, unless that is for clients without a secret.
 */
export function suppliedAuthMethod(
  hasSecret: boolean,
  { metadata, authMethods }: Pick<RegistrationConfig, 'metadata' | 'authMethods'>,
  advertised: readonly string[] | null,
): AuthMethod {
  if (!hasSecret) return 'none';
  const { token_endpoint_auth_method: own, ...rest } = metadata as ClientMetadata;
  const withSecret = (methods: readonly string[]) => methods.filter((method) => method.startsWith('client_secret_'));
  const asked = own !== undefined && withSecret([own]).length > 0 ? { ...rest, token_endpoint_auth_method: own } : rest;
  return chooseAuthMethod(asked, withSecret(authMethods), advertised);
}
