import type { LintFinding } from '../client/lint/finding.ts';
import {
  lintPageState,
  type PageState,
  type ProfilePage,
  pagesOf,
  profileOf,
  type RegistrationProfile,
} from '../client/lint/profiles.ts';
import { lintRegistrationRequest } from '../client/lint/request.ts';
import { lintStatementExpiry } from '../client/lint/statementExpiry.ts';
import { type Application, effectiveMetadata } from '../client/metadata.ts';
import { requestedScopes } from '../client/requested.ts';
import { type Reason, reasons } from '../reasons/index.ts';
import type { DiscoveryCandidate, DiscoveryView, ScopesView } from '../registration/view.ts';
import { reportScopes } from '../scopes/report.ts';
import { defaultEnvironmentClass } from '../words.ts';
import { documentNames, toldUrl } from './document.ts';

/** What `POST /v1/preflight` answers (DESIGN section 7). */
export interface PreflightReport {
  /** How a registration would get its client; null = not known, since nothing usable could be read. */
  readonly method: 'dynamic' | 'manual' | null;
  readonly discovery: DiscoveryView;
  readonly lint: readonly LintFinding[];
  /** Null without an application. */
  readonly scopes: ScopesView | null;
  /** Who does what next: one of {@link nextActions}, or {@link approvalAction}. */
  readonly nextAction: string;
}

/** How reading the discovery documents ended. */
export type DiscoveryReading =
  | { readonly kind: 'read'; readonly discovery: DiscoveryView }
  | { readonly kind: 'failed'; readonly reason: Reason; readonly message: string };

/** The application that would be registered. */
export interface PreflightSubject {
  readonly application: Application;
  readonly environment: string;
}

/** The sentences that tell who does what next. Stable: programs may compare them. */
export const nextActions = {
  tryLater:
    'The health system did not answer: an operator runs preflight again later and, if it still does not answer, checks the FHIR base URL with the health system.',
  checkBaseUrl: 'An operator checks the FHIR base URL with the health system, then runs preflight again.',
  allowAddress:
    'Whoever runs Registrar decides whether the private address is right and, if so, adds its host:port to REGISTRAR_ALLOWED_HOSTS; then an operator runs preflight again.',
  correctMetadata:
    'An administrator corrects the client metadata of the application as the findings of severity error say; then an operator runs preflight again.',
  askHealthSystem:
    'An operator asks the health system about the discovery findings of severity error before adding the registration.',
  chooseApplication: 'An operator runs preflight again with an application, to check its client metadata and scopes.',
  registerByHand:
    'An operator adds the registration, and then registers the client by hand with the vendor or the health system: there is no usable registration endpoint.',
  getToken:
    'An operator gets an initial access token from the health system and adds the registration with it; Registrar does the rest.',
  add: 'An operator adds the registration; Registrar registers without an initial access token, and says so when the server wants one.',
} as const;

/** What comes next where a registration endpoint waits for an administrator's yes; it names the endpoint. */
export function approvalAction({ registrationEndpoint, source }: DiscoveryCandidate): string {
  return `An administrator approves the registration endpoint ${toldUrl(registrationEndpoint)}, which the ${documentNames[source]} names, once an operator has added the registration; nothing is sent to it before.`;
}

/**
 * Puts discovery, lint and scopes together and says what comes next. Never throws.
 *
 * @param now milliseconds since the epoch, UTC; null = nothing is judged that ends with time.
 */
export function preflightReport(
  reading: DiscoveryReading,
  subject: PreflightSubject | null,
  pages: readonly CheckedPage[] = [],
  now: number | null = null,
): PreflightReport {
  const discovery = reading.kind === 'read' ? reading.discovery : nothingRead(reading);
  const method = reading.kind === 'failed' ? null : methodOf(discovery);
  const judged = subject === null ? null : judge(subject, discovery, pages, now);
  const lint = judged?.lint ?? [];
  return {
    method,
    discovery,
    lint,
    scopes: judged?.scopes ?? null,
    nextAction: whatNext(reading, method, lint, subject),
  };
}

/** An endpoint that waits for approval is one: where nobody approves it, the task for a person comes by itself. */
function methodOf({ registrationEndpoint, candidate }: DiscoveryView): 'dynamic' | 'manual' {
  return registrationEndpoint === null && candidate === undefined ? 'manual' : 'dynamic';
}

function nothingRead({ reason, message }: Extract<DiscoveryReading, { kind: 'failed' }>): DiscoveryView {
  const code = reason.replace(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
  // The reason's own sentence says that the step is tried again, and here nobody does.
  const sentence = reason === 'PeerNotAnswering' ? 'The health system did not answer.' : reasons[reason].sentence;
  return {
    registrationEndpoint: null,
    registrationSource: 'none',
    source: 'none',
    tokenEndpoint: null,
    authorizationEndpoint: null,
    issuer: null,
    jwksUri: null,
    scopesSupported: null,
    capabilities: null,
    tokenEndpointAuthMethods: null,
    findings: [{ code, severity: 'error', message: `${sentence} ${message}.` }],
    evidence: [],
  };
}

/** Pages that a vendor looks at before it registers the client; to be looked at before {@link preflightReport}. */
export function pagesToCheck(reading: DiscoveryReading, subject: PreflightSubject | null): readonly ProfilePage[] {
  const profile = reading.kind === 'read' ? profileOfDiscovery(reading.discovery) : null;
  if (profile === null || subject === null) return [];
  return pagesOf(effectiveMetadata(subject.application, subject.environment, null), profile);
}

/** A page of {@link pagesToCheck}, and what came of looking at it. */
export interface CheckedPage {
  readonly page: ProfilePage;
  readonly state: PageState;
}

function profileOfDiscovery({ registrationEndpoint, candidate, issuer }: DiscoveryView): RegistrationProfile | null {
  return profileOf([registrationEndpoint, candidate?.registrationEndpoint, issuer]);
}

function judge(
  { application, environment }: PreflightSubject,
  discovery: DiscoveryView,
  pages: readonly CheckedPage[],
  now: number | null,
): { lint: LintFinding[]; scopes: ScopesView } {
  const { authMethods, policies } = application;
  const config = { metadata: effectiveMetadata(application, environment, null), authMethods, policies };
  const isRead = discovery.source !== 'none';
  const profile = profileOfDiscovery(discovery);
  const negotiated = requestedScopes(config, discovery);
  return {
    lint: [
      ...lintRegistrationRequest(config, isRead ? discovery : null, profile),
      ...lintStatementExpiry(config.metadata, now),
      ...(profile === null ? [] : pages.flatMap(({ page, state }) => lintPageState(page, state, profile))),
    ],
    scopes: reportScopes({
      requested: negotiated.requested,
      // Nobody knows the dialect of a server that could not be read.
      negotiated: isRead ? negotiated : undefined,
      advertised: discovery.scopesSupported,
      capabilities: discovery.capabilities,
      registered: null,
    }),
  };
}

function whatNext(
  reading: DiscoveryReading,
  method: PreflightReport['method'],
  lint: readonly LintFinding[],
  subject: PreflightSubject | null,
): string {
  if (reading.kind === 'failed') {
    if (reading.reason === 'AddressNotAllowed') return nextActions.allowAddress;
    return reading.reason === 'PeerNotAnswering' ? nextActions.tryLater : nextActions.checkBaseUrl;
  }
  if (lint.some(({ severity }) => severity === 'error')) return nextActions.correctMetadata;
  const { findings, candidate } = reading.discovery;
  if (findings.some(({ severity }) => severity === 'error')) return nextActions.askHealthSystem;
  if (method === 'manual') return nextActions.registerByHand;
  if (subject === null) return nextActions.chooseApplication;
  if (candidate !== undefined) return approvalAction(candidate);
  const { application, environment } = subject;
  const environmentClass = application.environments[environment]?.class ?? defaultEnvironmentClass(environment);
  return environmentClass === 'production' && !application.policies.allowAnonymous
    ? nextActions.getToken
    : nextActions.add;
}
