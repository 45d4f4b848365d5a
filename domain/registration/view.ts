import type { StatutoryClock } from '../people/deadlines/statutoryClocks.ts';
import type { Task } from '../people/tasks/task.ts';
import type { SecretStoreKind } from '../ports/secretStore.ts';
import type { Reason } from '../reasons/index.ts';
import type {
  AuthMethod,
  CredentialHealth,
  DiscoverySource,
  DocumentSource,
  Method,
  Phase,
  Strategy,
} from '../words.ts';
import type { Condition } from './conditions.ts';
import type { HoldView } from './hold.ts';

/** Something worth knowing about a discovery document. */
export interface Finding {
  /** kebab-case, stable. */
  readonly code: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
}

/** Code of the finding that another registration of the application holds a client at the token endpoint. */
export const clientAvailable = 'client-available';

/** Proof of what a document said at a time. */
export interface Evidence {
  readonly url: string;
  /** Hex, of the raw body. */
  readonly sha256: string;
  /** RFC 3339 UTC. */
  readonly fetchedAt: string;
  readonly status: number;
  readonly bytes: number;
  /** Those of {@link evidenceHeaders} that came with it; text of a peer, bounded and redacted. */
  readonly headers?: Readonly<Partial<Record<EvidenceHeader, string>>>;
}

/** Response headers that tell which version of a document was read, and when its server says it was. */
export const evidenceHeaders = ['content-type', 'date', 'etag', 'last-modified'] as const;
export type EvidenceHeader = (typeof evidenceHeaders)[number];

/** A registration endpoint that waits for an administrator's yes; nothing is sent to it. */
export interface DiscoveryCandidate {
  readonly registrationEndpoint: string;
  /** The document that names it. */
  readonly source: DocumentSource;
  /** SHA-256 in hexadecimal of that raw document. */
  readonly evidenceHash: string;
  /** Whether the endpoint is on the site of the FHIR base URL (DESIGN section 7). */
  readonly sameSite: boolean;
}

/** What an administrator approved; it holds while both stay as they are. */
export interface EndpointApproval {
  /** Null: that there is none any more. */
  readonly registrationEndpoint: string | null;
  readonly evidenceHash: string;
}

/** What was read last and is not used, as a client lives at the approved endpoints. */
export interface DiscoveryProposal extends EndpointApproval {
  /** Names of the endpoints that are on another origin, gone or new. */
  readonly changed: readonly string[];
  readonly view: Omit<DiscoveryView, 'proposal'>;
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
  /** Present when the registration endpoint is used on an administrator's word. */
  readonly approval?: EndpointApproval;
  /** Present while an administrator's word on changed endpoints is waited for. */
  readonly proposal?: DiscoveryProposal;
  /** SHA-256 in hexadecimal of the raw documents that name the token and the registration endpoint; the latter where a document does. */
  readonly sourceHash?: string;
  readonly registrationHash?: string;
  readonly tokenEndpoint: string | null;
  readonly authorizationEndpoint: string | null;
  readonly issuer: string | null;
  readonly jwksUri: string | null;
  readonly scopesSupported: readonly string[] | null;
  readonly capabilities: readonly string[] | null;
  readonly tokenEndpointAuthMethods: readonly string[] | null;
  /** Algorithms of client assertions; absent where the document lists none. */
  readonly tokenEndpointAuthSigningAlgs?: readonly string[] | undefined;
  /** Other endpoints that authenticate clients (RFC 7662, RFC 9126); absent where the document names none. */
  readonly introspectionEndpoint?: string | undefined;
  readonly pushedRequestEndpoint?: string | undefined;
  /**
   * A credential of the authorization server that Registrar holds when the documents are read; `unusable`: it may not
   * be sent to the registration endpoint. Absent = there is none.
   */
  readonly serverCredential?: 'service' | 'administrator' | 'unusable';
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
  /** Whether the client can be read, changed and deleted from here (RFC 7592), as far as is known. */
  readonly manageable?: boolean;
  readonly provedAt: string | null;
  /** What is odd about its life; absent = nothing. */
  readonly findings?: readonly Finding[];
}

/** Why the scopes of two stages differ. Stable codes. */
export const scopeDifferenceKinds = [
  'trimmed',
  'not-in-dialect',
  'translated',
  'not-registered',
  'added',
  'not-advertised',
  'not-granted',
  'granted-unasked',
] as const;
export type ScopeDifferenceKind = (typeof scopeDifferenceKinds)[number];

export interface ScopesView {
  readonly requested: readonly string[];
  /** In the server's dialect, as the registration request says them; absent where Registrar sends none. */
  readonly sent?: readonly string[];
  readonly advertised: readonly string[] | null;
  readonly registered: readonly string[] | null;
  readonly granted: readonly string[] | null;
  readonly differences: readonly {
    readonly scope: string;
    readonly kind: ScopeDifferenceKind;
    readonly message: string;
  }[];
}

/** A task with its times in RFC 3339 UTC. */
export interface TaskView extends Omit<Task, 'since' | 'submittedAt' | 'verifiedAt' | 'toldUntil'> {
  readonly since: string;
  readonly submittedAt: string | null;
  readonly verifiedAt: string | null;
  readonly toldUntil: string;
  /** The clocks of 45 CFR 170.404(b)(1). */
  readonly clocks: readonly (Omit<StatutoryClock, 'startedAt' | 'doneAt' | 'dueAt'> & {
    readonly startedAt: string | null;
    readonly doneAt: string | null;
    readonly dueAt: string | null;
  })[];
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
  /** Whose client a shared one is; its metadata, rotation and deletion are the holder's. */
  readonly holderRegistrationId?: string;
  readonly phase: Phase;
  /** Present while nothing is sent until somebody resumes it; `phase` is the one beneath. */
  readonly suspended?: { readonly since: string; readonly phase: Phase };
  readonly credentialHealth: CredentialHealth;
  readonly conditions: readonly Condition[];
  /** RFC 3339 UTC: when a waiting step is tried next. */
  readonly nextAttemptAt: string | null;
  /** Present while nothing more is tried until somebody does what releases it. */
  readonly hold?: HoldView;
  readonly discovery: DiscoveryView | null;
  readonly credential: CredentialView | null;
  readonly scopes: ScopesView | null;
  readonly appliedRevision: number | null;
  /** The newest of the application, known when it is read: a new revision changes it without waking any entity. */
  readonly desiredRevision: number;
  /** The same of what the registration sets itself (`PATCH`); 0 = as it was added. */
  readonly ownRevision?: { readonly applied: number | null; readonly desired: number };
  /** Present while a person has something to bring about. */
  readonly task?: TaskView;
  readonly sequence: number;
}

/** How a registration comes by its client: its own, or that of a holder. */
export function clientBindingOf(
  holderRegistrationId: string | null,
): Pick<RegistrationView, 'clientBinding' | 'holderRegistrationId'> {
  return holderRegistrationId === null ? { clientBinding: 'own' } : { clientBinding: 'shared', holderRegistrationId };
}

/** Stable event types of the audit timeline. */
export const eventTypes = [
  'registration.created',
  'registration.discovered',
  'registration.awaiting-approval',
  'registration.endpoint-approved',
  'registration.awaiting-token',
  'registration.token-supplied',
  'registration.manual-required',
  'registration.registering',
  'registration.sharing',
  'registration.registered',
  'registration.register-failed',
  'registration.activated',
  'registration.phase-changed',
  'registration.metadata-changed',
  'registration.metadata-failed',
  'registration.attention',
  'registration.suspended',
  'registration.resumed',
  'registration.hold-released',
  'credential.proved',
  'credential.proof-failed',
  'credential.rotation-started',
  'credential.rotated',
  'credential.rotation-deferred',
  'credential.rotation-failed',
  'credential.health-changed',
  'credential.supplied',
  'credential.conflict-settled',
  'management.token-received',
  'request.settled',
  'request.unsettled',
  'launch.reported',
  'task.changed',
  'task.reminder',
  'task.escalated',
  'task.deadline-missed',
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
