import type { DiscoveryView, Evidence, Finding } from './registrationView.ts';
import type { AuthMethod, DiscoverySource } from './words.ts';

/** Endpoints as one document names them, each already a URL that may be used. */
export interface DocumentEndpoints {
  readonly source: Extract<DiscoverySource, 'smart-configuration' | 'capability-statement'>;
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
}

/** Whether the next document is to be read: the first one lacks what a registration needs. */
export function needsAnotherDocument(smart: DocumentEndpoints | null, operatorEndpoint: string | null): boolean {
  if (smart?.tokenEndpoint === undefined || smart.tokenEndpoint === null) return true;
  return operatorEndpoint === null && usableRegistrationEndpoint(smart).endpoint === null;
}

/**
 * Chooses one document for the token, authorization and issuer members, never a mixture; the registration endpoint is
 * taken by order of trust: operator > SMART configuration > CapabilityStatement (FACTS section 3). Null when no
 * document names a token endpoint.
 */
export function chooseDiscovery(argument: {
  readonly smart: DocumentEndpoints | null;
  readonly capabilityStatement: DocumentEndpoints | null;
  readonly operator: { readonly registrationEndpoint: string | null; readonly issuer: string | null };
  readonly findings: readonly Finding[];
  readonly evidence: readonly Evidence[];
}): DiscoveryView | null {
  const { smart, capabilityStatement, operator, evidence } = argument;
  const chosen = [smart, capabilityStatement].find((document) => document != null && document.tokenEndpoint !== null);
  if (chosen == null) return null;
  const findings = [...argument.findings];
  const registration = chooseRegistrationEndpoint(chosen, capabilityStatement, operator.registrationEndpoint, findings);
  const issuer = chooseIssuer(chosen.issuer, operator.issuer, findings);
  return {
    registrationEndpoint: registration.endpoint,
    registrationSource: registration.source,
    source: chosen.source,
    tokenEndpoint: chosen.tokenEndpoint,
    authorizationEndpoint: chosen.authorizationEndpoint,
    issuer,
    jwksUri: chosen.jwksUri,
    scopesSupported: chosen.scopesSupported,
    capabilities: chosen.capabilities,
    tokenEndpointAuthMethods: chosen.tokenEndpointAuthMethods ?? authMethodsByCapability(chosen.capabilities),
    findings,
    evidence,
  };
}

function chooseRegistrationEndpoint(
  chosen: DocumentEndpoints,
  capabilityStatement: DocumentEndpoints | null,
  operatorEndpoint: string | null,
  findings: Finding[],
): { endpoint: string | null; source: DiscoverySource } {
  if (operatorEndpoint !== null) return { endpoint: operatorEndpoint, source: 'operator' };
  const own = usableRegistrationEndpoint(chosen);
  if (own.finding !== null) findings.push(own.finding);
  if (own.endpoint !== null) return { endpoint: own.endpoint, source: chosen.source };
  if (capabilityStatement === null || capabilityStatement === chosen) return { endpoint: null, source: 'none' };
  const other = usableRegistrationEndpoint(capabilityStatement);
  if (other.finding !== null && own.finding === null) findings.push(other.finding);
  if (other.endpoint === null || other.endpoint === chosen.managementEndpoint)
    return { endpoint: null, source: 'none' };
  if (capabilityStatement.tokenEndpoint !== chosen.tokenEndpoint) {
    findings.push({
      code: 'documents-disagree',
      severity: 'warning',
      message:
        'The CapabilityStatement names a registration endpoint but another token endpoint than the SMART configuration; its registration endpoint is not used.',
    });
    return { endpoint: null, source: 'none' };
  }
  return { endpoint: other.endpoint, source: 'capability-statement' };
}

function usableRegistrationEndpoint(document: DocumentEndpoints): { endpoint: string | null; finding: Finding | null } {
  const endpoint = document.registrationEndpoint;
  // One production EHR publishes its end-user permissions page under both names.
  if (endpoint === null || endpoint !== document.managementEndpoint) return { endpoint, finding: null };
  return {
    endpoint: null,
    finding: {
      code: 'registration-endpoint-is-management-endpoint',
      severity: 'warning',
      message:
        'The registration endpoint is the same URL as the management endpoint, which is a page for end users; it is not used.',
    },
  };
}

function chooseIssuer(documented: string | null, given: string | null, findings: Finding[]): string | null {
  if (given !== null && documented !== null && given !== documented) {
    findings.push({
      code: 'issuer-differs',
      severity: 'warning',
      message: 'The document names another issuer than the administrator gave; the administrator’s is used.',
    });
  }
  return given ?? documented;
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
