import type { AppliedMembers } from '../client/applied.ts';
import { newPace, type RotationPace } from '../credential/pacing.ts';
import type { Asked, OperationKind } from '../operations/details.ts';
import type { MetadataTarget } from '../operations/intent.ts';
import type { Task } from '../people/tasks/task.ts';
import { taskOf } from '../people/tasks/taskView.ts';
import type { CredentialState, StoreConflict } from '../ports/activities.ts';
import type { Reason } from '../reasons/index.ts';
import type { Condition } from '../registration/conditions.ts';
import type { RegistrationConfig } from '../registration/config.ts';
import type { DiscoveryView, RegistrationView, ScopesView } from '../registration/view.ts';
import type { PaceTimes } from '../time/pace.ts';
import type { CredentialHealth, Phase } from '../words.ts';
import type { EntityStart } from './start.ts';
import { decisionRules } from './waking/decisionRules.ts';

interface OperationOf<Kind extends OperationKind> extends Asked<Kind> {
  readonly operationId: string;
  readonly actor: string;
  readonly reason: string | null;
}

/** Accepted by the update handler, waiting for its turn. */
export type Operation<Kind extends OperationKind = OperationKind> = {
  readonly [Each in Kind]: OperationOf<Each>;
}[Kind];

/** A request that is not settled yet: recorded before it is given to an activity, so that nobody sends it unrecorded. */
export interface OpenRequest {
  readonly intentId: string;
  readonly kind: 'register' | 'update' | 'read';
  readonly operationId: string;
  /** Set on an update that changes the metadata; one that rotates sends what the client has. */
  readonly metadata?: MetadataTarget;
  /** Its step failed, and it was told that it is being found out what became of it. */
  readonly unsettled?: true;
  /** Instance whose spool holds its answer. */
  readonly spooledAt?: string;
  /** A person gave that answer up. */
  readonly givenUp?: true;
}

/** A change of metadata that was looked at and is to be sent. */
export interface MetadataChange {
  /** With the wanted metadata. */
  readonly config: RegistrationConfig;
  /** Names of the members that change. */
  readonly members: readonly string[];
  /** Times in a row that the server answered it with 500. */
  readonly serverErrors: number;
}

/** Nothing more is tried by itself; the reason names the operations that release it. */
export interface Hold {
  readonly reason: Reason;
  readonly since: number;
}

/** What is known of a client, beside its credentials; its role is `roleOf`'s to say. */
export interface ClientState {
  readonly clientId: string;
  /** What it has: what was sent last or its server showed, without any secret. Null: not known, or more than is kept. */
  readonly appliedMetadata: AppliedMembers | null;
  /** When that was sent or shown. */
  readonly appliedAt: number | null;
  /** The client's own end of life. */
  readonly endsAt: number | null;
  /** The last try to read it; null = none was made. */
  readonly lastRead: {
    readonly at: number;
    /** Whether all reads so far kept the registration access token; null = none was answered. */
    readonly keptToken: boolean | null;
    /** Intent whose row holds what is more than a state keeps. */
    readonly wholeIn: string | null;
    /** Rotation or change that it was read for; absent = none, or not known. */
    readonly operationId?: string;
  } | null;
  /** Registration that was found to hold it, so that nothing is done to it; null = this one does. */
  readonly heldBy: string | null;
}

export interface Rotation {
  readonly operationId: string;
  readonly actor: string;
  /** When its request was given to be sent last. */
  readonly sentAt?: number;
  /** The secrets that were set aside were probed: none is good. */
  readonly probed?: true;
  /** Its request did not reach the server: it is made again when the pace allows. Only of one that a person asked for. */
  readonly waits?: true;
  /** `nextAttemptAt` is of this rotation, and not of the proof of a rejected credential. */
  readonly delayed?: true;
}

/** A credential that a person supplied, on its way to its proof. */
export interface Supply {
  readonly operationId: string;
  readonly actor: string;
  /** A rejection before this time may be the vendor's distribution: it is not believed. */
  readonly patientUntil: number;
}

/** What an attention is about; one entry a topic, the first in this order is shown. */
export const attentionTopics = [
  'expiry',
  'offer',
  'task',
  'registration',
  'credential',
  'management',
  'rotation',
  'client',
  'pace',
  'metadata',
  'endpoint',
  'discovery',
  'launch',
  'peer',
] as const;
export type AttentionTopic = (typeof attentionTopics)[number];

export interface Attention {
  readonly topic: AttentionTopic;
  readonly reason: Reason;
  readonly message: string;
}

/**
 * Everything an entity knows; JSON, as it is recorded and travels through continue-as-new: no secret is in it. Times are
 * milliseconds since the epoch, UTC. A change of shape raises `schemaVersion` and extends `migrateState`.
 */
export interface EntityState {
  readonly schemaVersion: typeof schemaVersion;
  /** Number of the decision rules that the present run goes by. */
  readonly rules: number;
  /** Times of the pace that are not the usual ones, of the policy that its entity was told last. */
  readonly times?: Partial<PaceTimes> | undefined;
  readonly registrationId: string;
  readonly config: RegistrationConfig;
  /** Last recorded sequence. */
  readonly sequence: number;
  readonly phase: Phase;
  readonly credentialHealth: CredentialHealth;
  readonly conditions: readonly Condition[];
  readonly attentions: readonly Attention[];
  readonly discovery: DiscoveryView | null;
  /** When the discovery documents were last read or tried; null = they are not read again by themselves. */
  readonly discoveredAt: number | null;
  /** When they are tried again after a failure, or at once after a change; null = at the usual time. */
  readonly discoveryRetryAt: number | null;
  readonly scopes: ScopesView | null;
  readonly appliedRevision: number | null;
  /** Revision of what the registration sets itself that the client has; null before there is one. */
  readonly appliedOwnRevision?: number | null;
  readonly current: CredentialState | null;
  /** Stored, not yet proved. */
  readonly pending: CredentialState | null;
  /** Those of the credentials in use. */
  readonly clients: readonly ClientState[];
  /** An endpoint that the application's document shows has moved since. */
  readonly endpointsMoved: boolean;
  /** Of a sharer: what its holder has may be another credential than is known here; it is read and proved next. */
  readonly holderUnread?: true | undefined;
  /** Where the pending credential came from, when it was a person. */
  readonly supply: Supply | null;
  /** Since when the proof of the credential to be proved has been rejected; null when it was not. */
  readonly rejectedSince: number | null;
  /** Rejection of the current credential is believed. */
  readonly currentRejected: boolean;
  /** The watch has not found it good for long, and a proof of its own did not tell either. */
  readonly unproved?: true | undefined;
  /**
   * An update may have replaced the current credential at its server, and what that issued was lost: it is proved by
   * the entity itself, until a proof tells, or as long as an interval of the watch, which goes on then.
   */
  readonly doubtedSince?: number | undefined;
  readonly request: OpenRequest | null;
  readonly rotation: Rotation | null;
  /** What the next request to the client's registration endpoints hangs on; the time is never stored. */
  readonly rotationPace: RotationPace;
  /** Why no request can replace the current credential: it was told, and is not looked at again while it is so. */
  readonly rotationObstacle: Reason | null;
  /** Secrets that the server issued after the current one and that stayed rejected; oldest first. */
  readonly setAside: readonly CredentialState[];
  readonly operations: readonly Operation[];
  /** Begun and not finished. */
  readonly activeOperation: Operation | null;
  /** Of a `changeMetadata` that is active; null until the records were asked what it changes. */
  readonly change?: MetadataChange | null;
  /** The last 50, for idempotency beyond continue-as-new. */
  readonly recentOperationIds: readonly string[];
  readonly initialAccessTokenRef: string | null;
  /** Work of a person that it waits for; null = none. */
  readonly task: Task | null;
  /** POSTs of this registering that got no answer. */
  readonly unansweredPosts: number;
  /** Failed tries of the present step in a row, and since when. */
  readonly attempts: number;
  readonly failingSince: number | null;
  /** When the present step is tried again; null = now. */
  readonly nextAttemptAt: number | null;
  /** Why it waits for a person; null = it does not. */
  readonly hold: Hold | null;
  /** The versions that a person is to choose from, while it is held for that. */
  readonly conflict: StoreConflict | null;
  /** A flag beside the phase: nothing is sent but what settles. Null = it is not set. */
  readonly suspended: { readonly since: number } | null;
}

/** Of {@link EntityState}. */
export const schemaVersion = 3;

/** Ids kept for idempotency. */
export const recentOperationLimit = 50;

/** The state of a new entity; of one of 0.1.0, which recorded no state, as far as its view tells. */
export function initialState(start: EntityStart): EntityState {
  const { view, config } = start;
  const credential = view === null ? null : credentialFromView(view);
  const promoted = credential?.place === 'client';
  return {
    schemaVersion,
    rules: decisionRules,
    registrationId: config.registrationId,
    config,
    sequence: start.sequence,
    phase: view?.phase ?? 'discovering',
    credentialHealth: view?.credentialHealth ?? 'none',
    conditions: view?.conditions ?? [],
    attentions: [],
    discovery: view?.discovery ?? null,
    discoveredAt: readAt(view?.discovery ?? null),
    discoveryRetryAt: null,
    scopes: view?.scopes ?? null,
    appliedRevision: view?.appliedRevision ?? null,
    appliedOwnRevision: view?.ownRevision?.applied ?? null,
    current: promoted ? credential : null,
    pending: promoted ? null : credential,
    clients: [],
    endpointsMoved: false,
    supply: null,
    rejectedSince: null,
    currentRejected: view?.credentialHealth === 'rejected',
    request: start.unsettled,
    rotation: null,
    // Full at any later time as well.
    rotationPace: newPace(0),
    rotationObstacle: null,
    setAside: [],
    operations: [],
    activeOperation: null,
    recentOperationIds: [],
    initialAccessTokenRef: start.initialAccessTokenRef,
    task: view?.task === undefined ? null : taskOf(view.task),
    unansweredPosts: 0,
    attempts: 0,
    failingSince: null,
    nextAttemptAt: null,
    hold: null,
    conflict: null,
    suspended: null,
  };
}

function readAt(discovery: DiscoveryView | null): number | null {
  const times = (discovery?.evidence ?? []).map(({ fetchedAt }) => Date.parse(fetchedAt));
  return times.length === 0 ? null : Math.max(...times);
}

/** The credential that a view shows, without what only its holder knows. */
export function credentialFromView(view: RegistrationView): CredentialState | null {
  const credential = view.credential;
  if (credential === null) return null;
  return {
    clientId: credential.clientId,
    authMethod: credential.authMethod,
    store: credential.ref.store,
    place: credential.ref.name.endsWith('/client') ? 'client' : 'management',
    versionId: credential.ref.versionId,
    issuedAt: Date.parse(credential.issuedAt),
    expiresAt: credential.expiresAt === null ? null : Date.parse(credential.expiresAt),
    expiryKnown: credential.expiryKnown,
    provedAt: credential.provedAt === null ? null : Date.parse(credential.provedAt),
    manageable: credential.manageable ?? credential.strategy === 'update',
    ...(credential.strategy === 'manual' ? { supplied: true } : {}),
    ...(credential.findings?.some(({ code }) => code === 'expiry-not-usable')
      ? { expiryReason: 'ExpiryNotUsable' }
      : {}),
    ...(credential.clientExpiresAt === null ? {} : { clientExpiresAt: Date.parse(credential.clientExpiresAt) }),
  };
}
