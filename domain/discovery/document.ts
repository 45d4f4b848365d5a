import type { AuthMethod, DocumentSource } from '../words.ts';

/** Endpoints as one document names them, each already a URL that may be used. */
export interface DocumentEndpoints {
  readonly source: DocumentSource;
  /** SHA-256 in hexadecimal of the raw document. */
  readonly sha256: string;
  readonly tokenEndpoint: string | null;
  readonly authorizationEndpoint: string | null;
  readonly registrationEndpoint: string | null;
  /** A page for end users; never the RFC 7592 URL. */
  readonly managementEndpoint: string | null;
  readonly issuer: string | null;
  readonly jwksUri: string | null;
  readonly scopesSupported: readonly string[] | null;
  readonly capabilities: readonly string[] | null;
  readonly tokenEndpointAuthMethods: readonly string[] | null;
  readonly tokenEndpointAuthSigningAlgs?: readonly string[] | null;
  readonly introspectionEndpoint?: string | null;
  readonly pushedRequestEndpoint?: string | null;
}

/** What people call each document. */
export const documentNames: Readonly<Record<DocumentSource, string>> = {
  'smart-configuration': 'SMART configuration',
  'capability-statement': 'CapabilityStatement',
  'oauth-authorization-server': 'authorization server metadata (RFC 8414)',
  'openid-configuration': 'OpenID configuration',
};

/** Code of the finding that a candidate brings. */
export const needsApproval = 'registration-endpoint-needs-approval';

/** A peer's URL as it is told in a sentence: at most 300 characters. The URL parser leaves only visible ASCII in it. */
export function toldUrl(url: string): string {
  return url.length <= 300 ? url : `${url.slice(0, 299)}…`;
}

/** The documents that were read, null where there is none; in the order in which their registration endpoint is trusted (FACTS section 3). */
export interface DiscoveryDocuments {
  readonly smart: DocumentEndpoints | null;
  /** Of the issuer that the SMART configuration or the administrator names (RFC 8414 or OpenID Connect Discovery). */
  readonly issuerMetadata: DocumentEndpoints | null;
  readonly capabilityStatement: DocumentEndpoints | null;
}

/**
 * Token endpoint authentication methods by the SMART capabilities `client-*`, for documents that list no
 * `token_endpoint_auth_methods_supported`; null when they say nothing, which means `client_secret_basic`
 * (RFC 8414 section 2).
 */
export function authMethodsByCapability(capabilities: readonly string[] | null): readonly AuthMethod[] | null {
  const methods = methodOfCapability.filter(([name]) => capabilities?.includes(name)).map(([, method]) => method);
  return methods.length > 0 ? methods : null;
}

const methodOfCapability: readonly (readonly [string, AuthMethod])[] = [
  ['client-confidential-symmetric', 'client_secret_basic'],
  ['client-public', 'none'],
  ['client-confidential-asymmetric', 'private_key_jwt'],
];
