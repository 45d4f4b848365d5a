import type { Condition } from './conditions.ts';
import type { Reason } from './reasons.ts';
import type { SecretStoreKind } from './secretStore.ts';
import type {
  AuthMethod,
  CredentialHealth,
  DiscoverySource,
  DocumentSource,
  Method,
  Phase,
  Strategy,
} from './words.ts';

/** Something worth knowing about a discovery document. */
export interface Finding {
  /** kebab-case, stable. */
  readonly code: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
}

/** Proof of what a document said at a time. */
export interface Evidence {
  readonly url: string;
  /** Hex, of the raw body. */
  readonly sha256: string;
  /** RFC 3339 UTC. */
  readonly fetchedAt: string;
  readonly status: number;
  readonly bytes: number;
}

/** A registration endpoint that waits for an administrator's yes; nothing is sent to it. */
export interface DiscoveryCandidate {
  readonly registrationEndpoint: string;
  /** The document that names it. */
  readonly source: DocumentSource;
  /** SHA-256 in hexadecimal of that raw document. */
  readonly evidenceHash: string;
}

/** What discovery found; the approved snapshot that all credentials are bound to. */
export interface DiscoveryView {
  readonly registrationEndpoint: string | null;
  /** Where the token and authorization endpoints were read. */
  readonly source: DiscoverySource;
  /** Where the registration endpoint was read; `none` when there is none. */
  readonly registrationSource: DiscoverySource;
  /** Present when there is one; `registrationEndpoint` is null then. */
  readonly candidate?: DiscoveryCandidate;
  readonly tokenEndpoint: string | null;
  readonly authorizationEndpoint: string | null;
  readonly issuer: string | null;
  readonly jwksUri: string | null;
  readonly scopesSupported: readonly string[] | null;
  readonly capabilities: readonly string[] | null;
  readonly tokenEndpointAuthMethods: readonly string[] | null;
  readonly findings: readonly Finding[];
  readonly evidence: readonly Evidence[];
}

/** A reference to a version of a stored credential; never its value. */
export interface CredentialRef {
  readonly store: SecretStoreKind;
  readonly name: string;
  readonly versionId: string;
}

export interface CredentialView {
  readonly clientId: string;
  readonly authMethod: AuthMethod;
  readonly ref: CredentialRef;
  /** All times RFC 3339 UTC. */
  readonly issuedAt: string;
  /** Null: never expires when `expiryKnown`, otherwise unknown. */
  readonly expiresAt: string | null;
  readonly expiryKnown: boolean;
  readonly clientExpiresAt: string | null;
  readonly rotationDueAt: string | null;
  readonly strategy: Strategy;
  readonly provedAt: string | null;
}

export interface ScopesView {
  readonly requested: readonly string[];
  readonly advertised: readonly string[] | null;
  readonly registered: readonly string[] | null;
  readonly granted: readonly string[] | null;
  readonly differences: readonly {
    readonly scope: string;
    readonly kind: 'not-registered' | 'added' | 'not-advertised';
    readonly message: string;
  }[];
}

/** What `GET /v1/registrations/{registrationId}` answers (without links), and what the read model holds as JSON. */
export interface RegistrationView {
  readonly registrationId: string;
  readonly tenantId: string;
  readonly applicationId: string;
  readonly environment: string;
  readonly endpointId: string;
  readonly fhirBaseUrl: string;
  readonly method: Method;
  readonly clientBinding: 'own' | 'shared';
  readonly phase: Phase;
  readonly credentialHealth: CredentialHealth;
  readonly conditions: readonly Condition[];
  /** RFC 3339 UTC: when a waiting step is tried next. */
  readonly nextAttemptAt: string | null;
  readonly discovery: DiscoveryView | null;
  readonly credential: CredentialView | null;
  readonly scopes: ScopesView | null;
  readonly appliedRevision: number | null;
  readonly desiredRevision: number;
  readonly sequence: number;
}

/** Stable event types of the audit timeline. */
export const eventTypes = [
  'registration.created',
  'registration.discovered',
  'registration.awaiting-token',
  'registration.token-supplied',
  'registration.manual-required',
  'registration.registering',
  'registration.registered',
  'registration.register-failed',
  'registration.activated',
  'registration.phase-changed',
  'registration.attention',
  'credential.proved',
  'credential.proof-failed',
  'credential.rotation-started',
  'credential.rotated',
  'credential.rotation-deferred',
  'credential.rotation-failed',
  'credential.health-changed',
  'credential.supplied',
  'management.token-received',
  'request.settled',
  'request.unsettled',
  'launch.reported',
  'operation.accepted',
  'operation.refused',
  'step.delayed',
  'registration.retiring',
  'registration.retired',
] as const;
export type EventType = (typeof eventTypes)[number];

/** One line of the audit and, with the last of one decision, the projection that is true after it. Written in one transaction. */
export interface Transition {
  readonly registrationId: string;
  /** From 1, gapless per registration; the same sequence with another content is an error. */
  readonly sequence: number;
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly type: EventType;
  /** `system`, `key:{keyId}` or `oidc:{subject}`. */
  readonly actor: string;
  readonly reason?: Reason | undefined;
  readonly message: string;
  readonly operationId?: string | undefined;
  /** Before and after of what changed; references and words only. */
  readonly changes?: Readonly<Record<string, { from: unknown; to: unknown }>> | undefined;
  /** Null = the one of this registration that follows belongs to the same decision, and shows what is true after it. */
  readonly view: RegistrationView | null;
}
