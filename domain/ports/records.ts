import type { PublicClientKey } from '../client/keys.ts';
import type { Application, Policies, RotationPolicy } from '../client/metadata.ts';
import type {
  Intent,
  IntentKind,
  ManagementToken,
  MetadataTarget,
  Settlement,
  StoredAnswer,
} from '../operations/intent.ts';
import type { Reason } from '../reasons/index.ts';
import type { EventType, RegistrationView, Transition } from '../registration/view.ts';
import type { ApiAuthorizationServers, EntityAuthorizationServers } from '../servers/authorizationServer.ts';
import type { AuthMethod, EnvironmentClass, Method, Phase, Role } from '../words.ts';

/**
 * The port to the read model, the audit and the ledgers. `stores/records/` implements it on PostgreSQL 15 and PGlite.
 * Times are milliseconds since the epoch (UTC) unless said otherwise.
 */

/** What the operator asked for; the entity reads it, the API writes it. */
export interface RegistrationConfig {
  readonly registrationId: string;
  readonly tenantId: string;
  readonly applicationId: string;
  readonly environment: string;
  readonly environmentClass: EnvironmentClass;
  readonly endpointId: string;
  readonly fhirBaseUrl: string;
  readonly method: Method;
  /** Given by an administrator; outranks discovery. */
  readonly registrationEndpoint: string | null;
  readonly issuer: string | null;
  /** Whose client it uses; null = its own. */
  readonly holderRegistrationId: string | null;
  /**
   * Revision of the application that `metadata` was made from: the newest until a client is registered, then the one
   * that the client has. `rotationPolicy`, `environmentClass`
   * and `policies`, but for `trimScopes`, which changes what is sent, follow the newest always.
   */
  readonly revision: number;
  /** Likewise of what the registration sets itself; 0 = as it was added. */
  readonly ownRevision: number;
  /** Effective client metadata (application ← environment ← registration). */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly authMethods: readonly string[];
  readonly rotationPolicy: RotationPolicy;
  readonly policies: Policies;
}

/** What a new entity, or one rebuilt after Temporal lost its data, starts from. */
export interface EntityStart {
  readonly config: RegistrationConfig;
  /** Last recorded view, or null. */
  readonly view: RegistrationView | null;
  /** Last recorded sequence, 0 when there is none. */
  readonly sequence: number;
  /** The intent whose outcome the view does not show yet: unsettled, or applied and never recorded. */
  readonly openIntentId: string | null;
  /** Operation id of the newest unspent entered initial access token. */
  readonly initialAccessTokenRef: string | null;
}

/** Records for workflows and activities. */
export interface EntityRecords extends EntityAuthorizationServers {
  /** Null when the registration does not exist. */
  entityStart(registrationId: string): Promise<EntityStart | null>;
  /**
   * @param wanted other metadata than those that the client has; null = the newest of each. Null is answered too when
   *   there is no such revision.
   */
  config(
    registrationId: string,
    wanted?: { readonly [Member in keyof MetadataTarget]: number | null },
  ): Promise<RegistrationConfig | null>;
  /**
   * Event and projection in one transaction; idempotent on (registration, sequence). The same sequence with other
   * content rejects with {@link RecordsError} `sequence-conflict`.
   */
  recordTransition(transition: Transition): Promise<void>;

  intent(intentId: string): Promise<Intent | null>;
  /**
   * Inserts the intent as `prepared`, or takes over an existing `prepared` one (fence + 1). Any other existing state is
   * returned as it is. Rejects with `open-intent` when another intent of the registration is not settled.
   */
  prepareIntent(intent: {
    intentId: string;
    registrationId: string;
    operationId: string;
    kind: IntentKind;
    endpoint: string;
    clientName: string;
    clientId: string | null;
    metadata?: MetadataTarget | null;
  }): Promise<Intent>;
  /** prepared → sending, committed before the first byte. False when the fence moved: do not send. */
  markSending(intentId: string, fence: number): Promise<boolean>;
  /**
   * sending → answered with the sealed answer and, at the same instant, the token's journal row. When the intent
   * was settled or taken over meanwhile the answer is kept as an orphan with its token, and `late` is returned; the
   * token of a late update is journalled too, as it belongs to the client in use. Repeatable: the same answer again is
   * `stored` again, also after settlement.
   *
   * @param registrationId of the intent; looked up when the caller does not know it.
   */
  storeAnswer(
    intentId: string,
    fence: number,
    answer: StoredAnswer,
    token: ManagementToken | null,
    registrationId?: string,
  ): Promise<'stored' | 'late'>;
  /** The sealed answer of an `answered` intent; null when none is stored (any more). */
  readAnswer(intentId: string): Promise<StoredAnswer | null>;
  /**
   * Ends an intent; allowed from any other state. Idempotent: false when it was settled already (nothing changes).
   * The sealed answer is deleted: call it once what it holds was read back from the secret store.
   */
  settleIntent(intentId: string, settlement: Settlement, outcome: unknown): Promise<boolean>;

  /**
   * Unsettled intents of subjects that begin with a prefix, prepared before a time (milliseconds since the epoch),
   * oldest first.
   */
  openIntents(argument: { prefix: string; before: number; limit: number }): Promise<Intent[]>;

  /** HTTP status that the newest settled update of a registration failed with; null = it did not, or there is none. */
  lastUpdateFailure(registrationId: string): Promise<number | null>;

  /** Journal of received tokens, newest first. */
  managementTokens(registrationId: string): Promise<ManagementToken[]>;
  journalManagementToken(registrationId: string, token: ManagementToken): Promise<void>;

  /** Inserts once per `orphanId`. */
  addOrphan(orphan: NewOrphan): Promise<void>;

  /** Seals an entering secret under an operation id; swept after an hour when nobody claims it. */
  putEnteringSecret(entry: {
    operationId: string;
    registrationId: string;
    kind: EnteringSecretKind;
    value: string;
    /** `key:{keyId}`, `oidc:{subject}` or `system`; null = not known. */
    suppliedBy?: string | null | undefined;
  }): Promise<void>;
  /** Claims for good; refuses (null) an operation id of another registration. Repeatable. */
  claimEnteringSecret(operationId: string, registrationId: string): Promise<string | null>;
  /** Deletes the value: it was used. Those of its kind that came before it for the registration go along. Idempotent. */
  spendEnteringSecret(operationId: string): Promise<void>;
  /** Headers that go with discovery, to the origin of the FHIR base URL only; their values are secret. */
  discoveryHeaders(registrationId: string): Promise<DiscoveryHeaders>;
  /** Replaces all of them, sealed at once; none deletes them. Idempotent. */
  putDiscoveryHeaders(registrationId: string, headers: DiscoveryHeaders): Promise<void>;

  /** Deletes what nobody claimed within an hour. Returns how many. */
  sweepEnteringSecrets(): Promise<number>;

  /** Publishes keys of a registration's client under the opaque id of its key set. Idempotent. */
  publishClientKeys(registrationId: string, jwksId: string, keys: readonly PublicClientKey[]): Promise<void>;
  /** Publishes the keys of a registration no more: its client is gone. Idempotent. */
  retireClientKeys(registrationId: string): Promise<void>;
  /**
   * Makes a registration the holder of a client. False when another one is: exactly one registration holds a
   * (token endpoint, client id). Repeatable.
   */
  holdClient(tokenEndpoint: string, clientId: string, registrationId: string): Promise<boolean>;
  /** Gives up every client that the registration holds, but those named. Repeatable. */
  releaseClients(registrationId: string, except: readonly string[]): Promise<void>;
  /** Registrations that use the client of this one and are not retired. */
  countSharers(registrationId: string): Promise<number>;
  shareable: SharingRecords['shareable'];

  /** What controls have shown at a token endpoint with an authentication method; null = not yet known. */
  probeKnowledge(tokenEndpoint: string, authMethod: string): Promise<ProbeKnowledge | null>;
  learnProbe(tokenEndpoint: string, authMethod: string, knowledge: ProbeKnowledge): Promise<void>;
}

/** HTTP headers by name. Values are secret: never in a log, an answer or an argument of a workflow. */
export type DiscoveryHeaders = Readonly<Record<string, string>>;

/** What a secret that a person gives is for. */
export type EnteringSecretKind = 'initial-access-token' | 'credential';

/** Whether a bogus-code probe tells a good secret from a wrong one here, learned by a control request. */
export interface ProbeKnowledge {
  readonly controlDiffers: boolean;
  /** `{status} {error}` of the wrong secret. */
  readonly controlAnswer: string;
  readonly learnedAt: number;
}

export interface NewOrphan {
  readonly orphanId: string;
  readonly registrationId: string;
  readonly tokenEndpoint: string | null;
  readonly registrationEndpoint: string;
  readonly clientId: string | null;
  readonly clientName: string;
  readonly reason: Reason;
  readonly since: number;
  readonly token: ManagementToken | null;
}

export interface OrphanView {
  readonly orphanId: string;
  readonly registrationId: string;
  readonly tokenEndpoint: string | null;
  readonly registrationEndpoint: string;
  readonly clientId: string | null;
  readonly clientName: string;
  readonly reason: Reason;
  readonly since: string;
  readonly hasManagementToken: boolean;
}

/** What the caller may see: null = no bound. */
export interface Visibility {
  readonly tenantIds: readonly string[] | null;
  readonly applicationIds: readonly string[] | null;
}

export interface Page<Item> {
  readonly items: Item[];
  readonly nextCursor?: string | undefined;
}

export interface NewRegistration {
  readonly applicationId: string;
  readonly environment: string;
  readonly endpointId: string;
  readonly fhirBaseUrl: string;
  readonly method: Method;
  readonly registrationEndpoint: string | null;
  readonly issuer: string | null;
  /** Sealed in the same transaction. */
  readonly discoveryHeaders?: DiscoveryHeaders | undefined;
  /** Registration whose client it uses; null = it gets its own. */
  readonly shareWith: string | null;
  /** RFC 7396 patch on the application's metadata. */
  readonly clientMetadata: unknown;
  /** Sealed at once, in the same transaction, under a new operation id; claimed with it, so never swept. */
  readonly initialAccessToken: string | null;
}

/** What one registration sets itself, over its application and environment; each a merge patch (RFC 7396). */
export interface OwnSettings {
  readonly clientMetadata?: unknown;
  readonly rotationPolicy?: unknown;
  readonly policies?: unknown;
}

/** A registration in a rollout: what its client has, and what is known of changing it. */
export interface RolloutRow {
  readonly registrationId: string;
  readonly environment: string;
  readonly method: Method;
  readonly phase: Phase;
  readonly clientBinding: 'own' | 'shared';
  readonly client: { readonly authMethod: AuthMethod; readonly manageable: boolean } | null;
  readonly canRegister: boolean;
  /** Null where it is not known, or there is no client. */
  readonly appliedRevision: number | null;
  /** What the registration sets itself, as its client has it and as it is now. */
  readonly appliedOwn: OwnSettings;
  readonly own: OwnSettings;
}

export interface ApplicationRecord {
  readonly applicationId: string;
  readonly revision: number;
  readonly application: Application;
  readonly updatedAt: string;
}

export interface TenantRecord {
  readonly tenantId: string;
  readonly name: string;
  readonly createdAt: string;
  readonly registrations: readonly { readonly registrationId: string; readonly phase: string }[];
}

export interface EventRecord {
  /** Global, assigned in commit order. */
  readonly position: number;
  readonly sequence: number;
  readonly at: string;
  readonly type: EventType;
  readonly registrationId: string;
  readonly actor: string;
  readonly reason?: Reason | undefined;
  readonly message: string;
  readonly operationId?: string | undefined;
  readonly changes?: Readonly<Record<string, { from: unknown; to: unknown }>> | undefined;
}

export interface RegistrationFilter {
  readonly phase?: string | undefined;
  readonly credentialHealth?: string | undefined;
  readonly needsAttention?: boolean | undefined;
  readonly applicationId?: string | undefined;
  readonly environment?: string | undefined;
  readonly tenantId?: string | undefined;
  /** FHIR base URL of a launch; one trailing slash ignored, path case kept. */
  readonly iss?: string | undefined;
  /** Substring of tenant id or name, registration id or FHIR base URL. */
  readonly q?: string | undefined;
  /** `registrationId`, `expiresAt`, `rotationDueAt` or `changedAt`, `-` before it for descending. */
  readonly sort?: string | undefined;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface KeyRecord {
  readonly keyId: string;
  readonly name: string;
  readonly role: Role;
  readonly tenantIds: readonly string[] | null;
  readonly applicationIds: readonly string[] | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}

/** An idempotency row to complete in the same transaction as the change, so that a crash cannot part them. */
export interface AnswerToKeep {
  readonly principal: string;
  readonly route: string;
  readonly key: string;
  readonly status: number;
  readonly body: (created: readonly RegistrationView[]) => unknown;
}

/** What the commit of one registration makes another do: its entity is asked to prove its credential. */
export interface WakeRequest {
  /** UUID. */
  readonly operationId: string;
  readonly registrationId: string;
  /** Shown in the timeline. */
  readonly reason: string;
}

/** Registrations that share a client. */
export interface SharingRecords {
  /** Active registrations whose own client the given one could use, by id. */
  shareable(
    registration: { registrationId: string; applicationId: string; environment: string; tokenEndpoint: string },
    visibility: Visibility,
    limit: number,
  ): Promise<string[]>;
  /** What waits to be handed to entities, oldest first. */
  wakeRequests(limit: number): Promise<WakeRequest[]>;
  removeWakeRequest(operationId: string): Promise<void>;
}

/** Records for the API and the command line. */
export interface ApiRecords extends SharingRecords, ApiAuthorizationServers {
  putDiscoveryHeaders: EntityRecords['putDiscoveryHeaders'];
  /** Registrations that use the client of this one and are not retired. */
  countSharers(registrationId: string): Promise<number>;

  /**
   * A new revision, unless the contents equal the current one. `actor` (`system` when left out) is audited here and
   * in the methods below.
   */
  putApplication(
    applicationId: string,
    application: Application,
    actor?: string,
  ): Promise<{ record: ApplicationRecord; created: boolean }>;
  application(applicationId: string): Promise<ApplicationRecord | null>;
  applications(visibility: Visibility, page: PageRequest): Promise<Page<ApplicationRecord>>;
  /** The contents of one revision; null when there is none. */
  applicationRevision(applicationId: string, revision: number): Promise<Application | null>;
  /** Registrations of an application that are not retired or being so, by their id. */
  rolloutRows(applicationId: string, visibility: Visibility, page: PageRequest): Promise<Page<RolloutRow>>;
  /** What a registration sets itself, in its newest revision. */
  ownSettings(registrationId: string): Promise<{ revision: number; settings: OwnSettings } | null>;
  /**
   * The revision after `expected`, with its audit: of the tenant, by names of members only. False when another one
   * came meanwhile: read, merge and try again.
   */
  putOwnSettings(registrationId: string, expected: number, settings: OwnSettings, actor?: string): Promise<boolean>;

  /**
   * Tenant, registrations (phase `discovering`, first event `registration.created`), sealed tokens and start requests
   * in one transaction. Rejects with `exists` (field `/tenantId` or `/registrations/{i}`), `unknown-application`
   * and `cannot-share`.
   */
  createTenant(
    tenant: { tenantId: string; name: string; registrations: readonly NewRegistration[] },
    actor: string,
    answer?: AnswerToKeep,
  ): Promise<RegistrationView[]>;
  addRegistrations(
    tenantId: string,
    registrations: readonly NewRegistration[],
    actor: string,
    answer?: AnswerToKeep,
  ): Promise<RegistrationView[]>;
  tenant(tenantId: string, visibility: Visibility): Promise<TenantRecord | null>;
  tenants(visibility: Visibility, page: PageRequest): Promise<Page<TenantRecord>>;
  renameTenant(tenantId: string, name: string, actor?: string): Promise<boolean>;
  /** Only a tenant whose registrations are all retired; `not-empty` otherwise. */
  removeTenant(tenantId: string, actor?: string): Promise<boolean>;

  registration(registrationId: string, visibility: Visibility): Promise<RegistrationView | null>;
  registrations(filter: RegistrationFilter, visibility: Visibility, page: PageRequest): Promise<Page<RegistrationView>>;
  events(registrationId: string, page: PageRequest): Promise<Page<EventRecord>>;
  /** Events after a position in commit order, for the stream. */
  eventsAfter(position: number, visibility: Visibility, limit: number): Promise<EventRecord[]>;
  lastPosition(): Promise<number>;
  summary(visibility: Visibility): Promise<{
    phases: Record<string, number>;
    credentialHealth: Record<string, number>;
    needsAttention: number;
    expiring: { from: string; to: string; count: number }[];
  }>;
  orphans(visibility: Visibility, page: PageRequest): Promise<Page<OrphanView>>;
  /** The keys published under an opaque id; null when there are none, or their registration is retired. */
  clientKeys(jwksId: string): Promise<PublicClientKey[] | null>;
  /** Opaque id of the key set of a registration that is not retired; null when Registrar made none. */
  jwksIdOf(registrationId: string): Promise<string | null>;
  /** The registration that holds a client at a token endpoint, or null. */
  clientHolder(tokenEndpoint: string, clientId: string): Promise<string | null>;

  /** Registrations whose workflow was asked for and not yet seen running, oldest first. */
  unstarted(limit: number): Promise<string[]>;
  markStarted(registrationId: string): Promise<void>;

  insertKey(
    key: {
      keyId: string;
      name: string;
      role: Role;
      sha256: string;
      tenantIds: readonly string[] | null;
      applicationIds: readonly string[] | null;
      expiresAt: number | null;
    },
    actor?: string,
  ): Promise<KeyRecord>;
  /** By SHA-256 (hex) of the whole key; revoked and expired ones are returned too: the caller judges. */
  keyByHash(sha256: string): Promise<KeyRecord | null>;
  keys(page: PageRequest): Promise<Page<KeyRecord>>;
  /** Ends its sessions too. */
  revokeKey(keyId: string, actor?: string): Promise<boolean>;

  insertSession(session: { sha256: string; keyId: string; csrfSha256: string; expiresAt: number }): Promise<void>;
  /**
   * Null when unknown, past its end, idle for 30 minutes, or its key is revoked or expired. Touches `lastSeenAt` unless
   * `touch` is false: an open event stream is no activity of a person.
   */
  session(sha256: string, touch?: boolean): Promise<{ key: KeyRecord; csrfSha256: string; expiresAt: string } | null>;
  removeSession(sha256: string): Promise<void>;

  /**
   * Claims an idempotency row (principal, route, key; 24 h) for a request with this HMAC. `fresh`: go on and complete
   * it; `stored`: answer this; `mismatch`: other request under the same key; `in-progress`: its first try still runs
   * (an abandoned one is taken over after a minute and is `fresh` again).
   */
  beginIdempotent(row: {
    principal: string;
    route: string;
    key: string;
    requestMac: string;
  }): Promise<
    | { kind: 'fresh' }
    | { kind: 'stored'; status: number; body: unknown }
    | { kind: 'mismatch' }
    | { kind: 'in-progress' }
  >;
  completeIdempotent(
    row: { principal: string; route: string; key: string },
    status: number,
    body: unknown,
  ): Promise<void>;
  /** Forgets a claim whose request failed. */
  abandonIdempotent(row: { principal: string; route: string; key: string }): Promise<void>;

  /** A real query, for `/readyz`. */
  check(): Promise<void>;
}

export type RecordsErrorCode =
  | 'exists'
  | 'unknown-application'
  /** The client of the named registration cannot be shared. */
  | 'cannot-share'
  | 'not-empty'
  | 'open-intent'
  | 'sequence-conflict'
  | 'not-found'
  /** The cursor is not one that this list gave. */
  | 'invalid-cursor'
  /** The list cannot be sorted by that. */
  | 'invalid-sort'
  /** The database cannot be reached or used now; worth trying again. */
  | 'unavailable'
  /** The database refused a statement, or a sealed value cannot be opened: a defect or damage, not worth trying again. */
  | 'failed';

/** The message may be shown. `pointer` is an RFC 6901 pointer into the request where one applies. */
export class RecordsError extends Error {
  override readonly name = 'RecordsError';
  readonly code: RecordsErrorCode;
  readonly pointer: string | null;
  constructor(code: RecordsErrorCode, message: string, pointer: string | null = null) {
    super(message);
    this.code = code;
    this.pointer = pointer;
  }
}

export type Records = EntityRecords & ApiRecords;
