import { chooseAuthMethod } from './authMethodChoice.ts';
import { type Application, type ClientMetadata, effectiveMetadata } from './clientMetadata.ts';
import { finding, type LintFinding } from './metadataLint/finding.ts';
import { lintClientMetadata } from './metadataLint/lint.ts';
import { type Reason, reasons } from './reasons.ts';
import type { DiscoveryView, ScopesView } from './registrationView.ts';
import { requestedMetadata } from './requestedMetadata.ts';
import { splitScopes } from './scopes.ts';
import { reportScopes } from './scopesReport.ts';
import { defaultEnvironmentClass } from './words.ts';

/** What `POST /v1/preflight` answers (DESIGN section 7). */
export interface PreflightReport {
  /** How a registration would get its client; null = not known, since nothing usable could be read. */
  readonly method: 'dynamic' | 'manual' | null;
  readonly discovery: DiscoveryView;
  readonly lint: readonly LintFinding[];
  /** Null without an application. */
  readonly scopes: ScopesView | null;
  /** Who does what next: one of {@link nextActions}. */
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

/** Every sentence that tells who does what next. Stable: programs may compare them. */
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

/**
 * Puts discovery, lint and scopes together and says what comes next. Never throws.
 *
 * @param now milliseconds since the epoch, UTC; null = nothing is judged that ends with time.
 */
export function preflightReport(
  reading: DiscoveryReading,
  subject: PreflightSubject | null,
  now: number | null = null,
): PreflightReport {
  const discovery = reading.kind === 'read' ? reading.discovery : nothingRead(reading);
  const method = reading.kind === 'failed' ? null : discovery.registrationEndpoint === null ? 'manual' : 'dynamic';
  const judged = subject === null ? null : judge(subject, discovery, now);
  const lint = judged?.lint ?? [];
  return {
    method,
    discovery,
    lint,
    scopes: judged?.scopes ?? null,
    nextAction: nextActions[whatNext(reading, method, lint, subject)],
  };
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

function judge(
  { application, environment }: PreflightSubject,
  discovery: DiscoveryView,
  now: number | null,
): { lint: LintFinding[]; scopes: ScopesView } {
  const metadata = effectiveMetadata(application, environment, null);
  const offered = discovery.tokenEndpointAuthMethods;
  const requested = requestedMetadata({ metadata, authMethods: application.authMethods }, offered, null);
  const own = metadata.token_endpoint_auth_method;
  // What the application wants is judged even where this version would send another method.
  const wanted = own === undefined ? requested : { ...requested, token_endpoint_auth_method: own };
  return {
    lint: [
      ...lintClientMetadata(wanted, now),
      ...(discovery.source === 'none' ? [] : lintAuthMethod(metadata, application.authMethods, offered)),
    ],
    scopes: reportScopes({
      requested: splitScopes(typeof requested['scope'] === 'string' ? requested['scope'] : ''),
      advertised: discovery.scopesSupported,
      registered: null,
    }),
  };
}

function lintAuthMethod(
  metadata: ClientMetadata,
  preferences: readonly string[],
  advertised: readonly string[] | null,
): LintFinding[] {
  const pointer = '/token_endpoint_auth_method';
  const own = metadata.token_endpoint_auth_method;
  const chosen = chooseAuthMethod(metadata, preferences, advertised);
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

function whatNext(
  reading: DiscoveryReading,
  method: PreflightReport['method'],
  lint: readonly LintFinding[],
  subject: PreflightSubject | null,
): keyof typeof nextActions {
  if (reading.kind === 'failed') {
    if (reading.reason === 'AddressNotAllowed') return 'allowAddress';
    return reading.reason === 'PeerNotAnswering' ? 'tryLater' : 'checkBaseUrl';
  }
  if (lint.some(({ severity }) => severity === 'error')) return 'correctMetadata';
  if (reading.discovery.findings.some(({ severity }) => severity === 'error')) return 'askHealthSystem';
  if (method === 'manual') return 'registerByHand';
  if (subject === null) return 'chooseApplication';
  const { application, environment } = subject;
  const environmentClass = application.environments[environment]?.class ?? defaultEnvironmentClass(environment);
  return environmentClass === 'production' && !application.policies.allowAnonymous ? 'getToken' : 'add';
}
