import { chooseAuthMethod } from '../authMethodChoice.ts';
import type { ClientMetadata } from '../clientMetadata.ts';
import { explain } from '../reasons.ts';
import type { RegistrationConfig } from '../records.ts';
import { type RegistrationOffer, requestedMetadata } from '../requestedMetadata.ts';
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
  const own = config.metadata['token_endpoint_auth_method'];
  // What the application wants is judged even where this version would send another method.
  const wanted = own === undefined ? requested : { ...requested, token_endpoint_auth_method: own };
  return [
    ...lintClientMetadata(wanted),
    ...(offer === null ? [] : lintAuthMethod(config, offer.tokenEndpointAuthMethods)),
    ...(profile === null ? [] : lintProfile(wanted, profile)),
  ];
}

const nothingKnown: RegistrationOffer = { scopesSupported: null, capabilities: null, tokenEndpointAuthMethods: null };

function lintAuthMethod(
  config: Pick<RegistrationConfig, 'metadata' | 'authMethods'>,
  advertised: readonly string[] | null,
): LintFinding[] {
  const pointer = '/token_endpoint_auth_method';
  const metadata = config.metadata as ClientMetadata;
  const own = metadata.token_endpoint_auth_method;
  const chosen = chooseAuthMethod(metadata, config.authMethods, advertised);
  if (own !== undefined && own !== chosen)
    return [
      finding(
        'error',
        'auth-method-unavailable',
        pointer,
        `This version cannot register clients with ${own}; choose another method, or register the client by hand.`,
      ),
    ];
  // RFC 8414 section 2: a server that lists none supports client_secret_basic.
  const offered = advertised ?? ['client_secret_basic'];
  if (offered.includes(chosen)) return [];
  return [
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
