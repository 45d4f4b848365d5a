import { explain } from '../../reasons/index.ts';
import type { RegistrationConfig } from '../../registration/config.ts';
import { chooseAuthMethod } from '../authMethod.ts';
import { bringsOwnKeys } from '../keys.ts';
import type { ClientMetadata } from '../metadata.ts';
import { type RegistrationOffer, requestedMetadata } from '../requested.ts';
import { finding, type LintFinding } from './finding.ts';
import { lintClientMetadata } from './lint.ts';
import { lintProfile, type RegistrationProfile } from './profiles.ts';

/**
 * What is wrong with the registration request that these metadata become at a server: preflight tells it, and the
 * registering step sends nothing, and spends no initial access token, while there is an error.
 *
 * @param offer null where the server could not be read.
 */
export function lintRegistrationRequest(
  config: Pick<RegistrationConfig, 'metadata' | 'authMethods' | 'policies'>,
  offer: RegistrationOffer | null,
  profile: RegistrationProfile | null,
): LintFinding[] {
  const requested = requestedMetadata(config, offer ?? nothingKnown, null);
  return [
    ...lintClientMetadata(requested),
    ...(offer === null ? [] : lintAuthMethod(config, offer.tokenEndpointAuthMethods)),
    ...(profile === null ? [] : lintProfile(requested, profile)),
  ];
}

const nothingKnown: RegistrationOffer = { scopesSupported: null, capabilities: null, tokenEndpointAuthMethods: null };

function lintAuthMethod(
  config: Pick<RegistrationConfig, 'metadata' | 'authMethods'>,
  advertised: readonly string[] | null,
): LintFinding[] {
  const pointer = '/token_endpoint_auth_method';
  const metadata = config.metadata as ClientMetadata;
  const chosen = chooseAuthMethod(metadata, config.authMethods, advertised);
  const keys =
    chosen === 'private_key_jwt' && bringsOwnKeys(metadata)
      ? [finding('info', 'key-held-elsewhere', pointer, explain('KeyHeldElsewhere'))]
      : [];
  // RFC 8414 section 2: a server that lists none supports client_secret_basic.
  const offered = advertised ?? ['client_secret_basic'];
  if (offered.includes(chosen)) return keys;
  return [
    ...keys,
    finding(
      'warning',
      'auth-method-not-advertised',
      pointer,
      `The server does not advertise ${chosen}; ask the health system, or add a method that it advertises to "authMethods" of the application.`,
    ),
  ];
}

const mostNamed = 5;

/** Names the errors of a request that is not sent; null when there is none. */
export function explainErrors(findings: readonly LintFinding[]): string | null {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return null;
  const named = errors
    .slice(0, mostNamed)
    .map(({ code, pointer, message }) => `${code}${pointer === undefined ? '' : ` at ${pointer}`}: ${message}`);
  const rest = errors.length > mostNamed ? [`And ${errors.length - mostNamed} more.`] : [];
  return [explain('ClientMetadataNotAcceptable'), ...named, ...rest].join(' ');
}
