import type { DiscoveryCandidate, DiscoveryView, Evidence, Finding } from '../registration/view.ts';
import type { DiscoverySource } from '../words.ts';
import { disagreements } from './disagreements.ts';
import {
  authMethodsByCapability,
  type DiscoveryDocuments,
  type DocumentEndpoints,
  documentNames,
  needsApproval,
  toldUrl,
} from './document.ts';

/** Whether the next document is to be read: the first one lacks what a registration needs. */
export function needsAnotherDocument(smart: DocumentEndpoints | null, operatorEndpoint: string | null): boolean {
  if (smart?.tokenEndpoint === undefined || smart.tokenEndpoint === null) return true;
  return operatorEndpoint === null && !namesRegistrationEndpoint(smart, [smart]);
}

export interface DiscoveryChoice {
  readonly documents: DiscoveryDocuments;
  /** Given by an administrator; outranks every document. */
  readonly operator: { readonly registrationEndpoint: string | null; readonly issuer: string | null };
  /** Whether an endpoint is on the site of the FHIR base URL (DESIGN section 7). */
  readonly isSameSite: (endpoint: string) => boolean;
  readonly findings: readonly Finding[];
  readonly evidence: readonly Evidence[];
}

/**
 * Chooses one document for the token, authorization and issuer members, never a mixture: SMART configuration, then
 * CapabilityStatement, then the issuer's metadata. The registration endpoint is taken by order of trust: operator >
 * SMART configuration > issuer's metadata > CapabilityStatement (FACTS section 3); one that only the issuer's metadata
 * names, or that is on another site, becomes a candidate. Null when no document names a token endpoint.
 */
export function chooseDiscovery(choice: DiscoveryChoice): DiscoveryView | null {
  const { smart, issuerMetadata, capabilityStatement } = choice.documents;
  const read = [smart, issuerMetadata, capabilityStatement].filter((document) => document !== null);
  const chosen = [smart, capabilityStatement, issuerMetadata].find((document) => document?.tokenEndpoint != null);
  if (chosen == null) return null;
  const findings = [
    ...choice.findings,
    ...disagreements([chosen, ...read.filter((document) => document !== chosen)]),
    ...tokenEndpointFindings(chosen, issuerMetadata),
  ];
  const registration = chooseRegistrationEndpoint(choice, chosen, read, findings);
  return {
    registrationEndpoint: registration.endpoint,
    registrationSource: registration.source,
    ...(registration.candidate === null ? {} : { candidate: registration.candidate }),
    source: chosen.source,
    sourceHash: chosen.sha256,
    ...(registration.sha256 === null ? {} : { registrationHash: registration.sha256 }),
    tokenEndpoint: chosen.tokenEndpoint,
    authorizationEndpoint: chosen.authorizationEndpoint,
    issuer: chooseIssuer(chosen.issuer, choice.operator.issuer, findings),
    jwksUri: chosen.jwksUri,
    scopesSupported: chosen.scopesSupported,
    capabilities: chosen.capabilities,
    tokenEndpointAuthMethods: chosen.tokenEndpointAuthMethods ?? authMethodsByCapability(chosen.capabilities),
    ...(chosen.tokenEndpointAuthSigningAlgs == null
      ? {}
      : { tokenEndpointAuthSigningAlgs: chosen.tokenEndpointAuthSigningAlgs }),
    ...(chosen.introspectionEndpoint == null ? {} : { introspectionEndpoint: chosen.introspectionEndpoint }),
    ...(chosen.pushedRequestEndpoint == null ? {} : { pushedRequestEndpoint: chosen.pushedRequestEndpoint }),
    findings,
    evidence: choice.evidence,
  };
}

/**
 * A UDAP endpoint takes signed software statements only: one that another document passes off as a registration
 * endpoint is no candidate for dynamic registration.
 */
export function withoutUdapCandidate(view: DiscoveryView, udapRegistrationEndpoint: string | null): DiscoveryView {
  const { candidate, ...rest } = view;
  if (candidate === undefined || candidate.registrationEndpoint !== udapRegistrationEndpoint) return view;
  const findings = view.findings.filter(({ code }) => code !== needsApproval);
  return {
    ...rest,
    findings: [
      ...findings,
      {
        code: 'registration-endpoint-is-udap-endpoint',
        severity: 'warning',
        message: `The ${documentNames[candidate.source]} names the UDAP registration endpoint as registration endpoint; it takes signed software statements only and is not used.`,
      },
    ],
  };
}

interface RegistrationChoice {
  readonly endpoint: string | null;
  readonly source: DiscoverySource;
  /** Of the document that names it. */
  readonly sha256: string | null;
  readonly candidate: DiscoveryCandidate | null;
}

const noEndpoint: RegistrationChoice = { endpoint: null, source: 'none', sha256: null, candidate: null };

function chooseRegistrationEndpoint(
  { operator, isSameSite, documents }: DiscoveryChoice,
  chosen: DocumentEndpoints,
  read: readonly DocumentEndpoints[],
  findings: Finding[],
): RegistrationChoice {
  if (operator.registrationEndpoint !== null) {
    return { endpoint: operator.registrationEndpoint, source: 'operator', sha256: null, candidate: null };
  }
  if (read.some((document) => document.registrationEndpoint !== null && !namesRegistrationEndpoint(document, read))) {
    findings.push(pageForEndUsers);
  }
  const naming = read.filter((document) => namesRegistrationEndpoint(document, read));
  // A client is registered for the token endpoint that is used. The issuer's is left to the person who approves it.
  const trusted = naming.filter(
    (document) => document === documents.issuerMetadata || document.tokenEndpoint === chosen.tokenEndpoint,
  );
  const first = trusted[0];
  if (
    naming.some(
      (document) => !trusted.includes(document) && document.registrationEndpoint !== first?.registrationEndpoint,
    )
  )
    findings.push(registrationElsewhere);
  if (first?.registrationEndpoint == null) return noEndpoint;
  const endpoint = first.registrationEndpoint;
  const vouching = trusted.find(
    (document) => document !== documents.issuerMetadata && document.registrationEndpoint === endpoint,
  );
  const sameSite = isSameSite(endpoint);
  if (vouching !== undefined && sameSite)
    return { endpoint, source: vouching.source, sha256: vouching.sha256, candidate: null };
  const candidate = { registrationEndpoint: endpoint, source: first.source, evidenceHash: first.sha256, sameSite };
  const why =
    chosen === documents.issuerMetadata ? 'tokenEndpointOfIssuer' : vouching === undefined ? 'onlyIssuer' : 'otherSite';
  findings.push(approvalNeeded(candidate, why));
  return { ...noEndpoint, candidate };
}

/** One production EHR publishes its end-user permissions page as registration endpoint too. */
function namesRegistrationEndpoint(document: DocumentEndpoints, read: readonly DocumentEndpoints[]): boolean {
  const endpoint = document.registrationEndpoint;
  return endpoint !== null && !read.some(({ managementEndpoint }) => managementEndpoint === endpoint);
}

const approvalReasons = {
  tokenEndpointOfIssuer: 'for a token endpoint that only the issuer’s document names',
  onlyIssuer: 'which only the issuer’s document names',
  otherSite: 'which is on another site than the FHIR base URL',
} as const;

function approvalNeeded(candidate: DiscoveryCandidate, why: keyof typeof approvalReasons): Finding {
  const { registrationEndpoint, source, evidenceHash } = candidate;
  return {
    code: needsApproval,
    severity: 'warning',
    message: `The ${documentNames[source]} (SHA-256 ${evidenceHash}) names the registration endpoint ${toldUrl(registrationEndpoint)}, ${approvalReasons[why]}. It is not used unless an administrator approves it.`,
  };
}

const pageForEndUsers: Finding = {
  code: 'registration-endpoint-is-management-endpoint',
  severity: 'warning',
  message:
    'The registration endpoint is the same URL as the management endpoint, which is a page for end users; it is not used.',
};

const registrationElsewhere: Finding = {
  code: 'registration-endpoint-of-other-token-endpoint',
  severity: 'warning',
  message:
    'A document names a registration endpoint, but not the token endpoint that is used; its registration endpoint is not used.',
};

function tokenEndpointFindings(chosen: DocumentEndpoints, issuerMetadata: DocumentEndpoints | null): Finding[] {
  if (chosen !== issuerMetadata) return [];
  return [
    {
      code: 'token-endpoint-from-issuer',
      severity: 'warning',
      message: `Only the ${documentNames[chosen.source]} of the issuer names a token endpoint.`,
    },
  ];
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
