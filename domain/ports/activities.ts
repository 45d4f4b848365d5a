import type { AppliedMembers } from '../client/applied.ts';
import type { ProofDecision, Verdict } from '../credential/proofDecision.ts';
import type { SuppliedCredential } from '../credential/supplied.ts';
import type { RetryClass } from '../failure.ts';
import type { MetadataTarget } from '../operations/intent.ts';
import type { Reason } from '../reasons/index.ts';
import type { Condition } from '../registration/conditions.ts';
import type { RegistrationConfig } from '../registration/config.ts';
import type { DiscoveryView, ScopesView } from '../registration/view.ts';
import type { AuthMethod } from '../words.ts';
import type { Decided, Decision, RecordAnswer, WakeArguments, Woken } from './entityState.ts';
import type { SecretStoreKind } from './secretStore.ts';

/**
 * What a workflow can ask for. Arguments and results are references and words; no secret crosses this boundary.
 * Times are milliseconds since the epoch, UTC.
 */

/** A failure as the workflow sees it. */
export interface Failure {
  readonly reason: Reason;
  readonly retryClass: RetryClass;
  readonly status: number | null;
  readonly retryAfterSeconds: number | null;
  readonly message: string;
  /** Requests to the client's registration endpoints, of a ladder or a deletion that did not come to an end. */
  readonly reads?: number;
  /** Instance whose spool holds the answer of the request. */
  readonly spooledAt?: string | null;
}

/** A stored credential: where it is and what may be said of it. */
export interface CredentialState {
  readonly clientId: string;
  readonly authMethod: AuthMethod;
  readonly store: SecretStoreKind;
  /** `management` until the first credential is proved: `…/client` does not exist before (DESIGN section 7). */
  readonly place: 'management' | 'client';
  readonly versionId: string;
  readonly issuedAt: number;
  readonly expiresAt: number | null;
  readonly expiryKnown: boolean;
  /** Where the life counts from when the server gave a kept secret another one; absent = from `issuedAt`. */
  readonly lifeFrom?: number;
  /** Why the end that the server stated counts as unknown. */
  readonly expiryReason?: Extract<Reason, 'ExpiryNotUsable'>;
  /** An update kept the secret although its life was nearly over: the server does not rotate. */
  readonly keptToTheLast?: true;
  readonly provedAt: number | null;
  /** Whether a registration client URI and a registration access token are stored (RFC 7592). */
  readonly manageable: boolean;
  /** The secret came by a person: where it cannot be managed, a person replaces it. */
  readonly supplied?: true;
  /** The client's own end of life, which is not the secret's expiry. */
  readonly clientExpiresAt?: number;
  /** When the client was made, as far as the server says; its life counts from then. */
  readonly clientIssuedAt?: number;
}

/** The approved endpoints that a step may use; also what every secret's audience is made from. */
export type Endpoints = Pick<
  DiscoveryView,
  | 'registrationEndpoint'
  | 'tokenEndpoint'
  | 'authorizationEndpoint'
  | 'issuer'
  | 'jwksUri'
  | 'scopesSupported'
  | 'capabilities'
  | 'tokenEndpointAuthMethods'
  | 'tokenEndpointAuthSigningAlgs'
  | 'introspectionEndpoint'
  | 'pushedRequestEndpoint'
>;

export interface RequestArguments {
  readonly registrationId: string;
  readonly intentId: string;
  readonly operationId: string;
  readonly endpoints: Endpoints;
  /** Operation id of the initial access token that a registration is made with; null = anonymous. */
  readonly initialAccessTokenRef: string | null;
  /** Where it was decided: nothing is sent once the registration has moved on. */
  readonly decidedAt?: number;
  readonly incarnation?: number;
  /** Reads that a settlement ladder may send; absent = as many as it has rungs. */
  readonly mostReads?: number;
}

/** What a client has, as far as its registration knows it. */
export interface KnownClient {
  /** Null: not known, or more than is kept. */
  readonly metadata: AppliedMembers | null;
  /** Intent of a read whose row holds them, where they are more than a state keeps; null = none does. */
  readonly wholeIn: string | null;
}

/** What an answer showed of a client. */
export interface ShownClient {
  readonly clientId: string;
  /** What it has now; null where that is more than a state keeps, or the answer shows too little of it. */
  readonly metadata: AppliedMembers | null;
  /** It is more than a state keeps: it is read again before each update. */
  readonly tooLarge?: true;
  /** When the server answered. */
  readonly at: number;
  /** Names of the members that it shows otherwise than they were sent, or, of a read, asked for. */
  readonly differs: readonly string[];
}

/** An update or a read is of a client that is current. */
export type OfClient = RequestArguments & { readonly current: CredentialState; readonly known?: KnownClient };

/** Changed client metadata that the server took. */
export interface AppliedMetadata {
  readonly target: MetadataTarget;
  /** Judged from what the server shows. */
  readonly conditions: readonly Omit<Condition, 'lastTransitionTime'>[];
  readonly scopes: ScopesView;
  /** The current credential: its document names the redirect URIs and scopes that are registered now. */
  readonly current: CredentialState;
}

/** What a step sent to a client's registration endpoints beside the request that it is about. */
export interface Beside {
  /** Reads of a settlement ladder; absent = it was not climbed. */
  readonly reads?: number;
}

/** How a request that cannot be repeated ended, as far as can be known. */
export type RequestOutcome = Ended & Beside;

type Ended =
  | {
      /** A client was registered, or its credential replaced; the answer is in the secret store. */
      readonly kind: 'stored';
      readonly credential: CredentialState;
      readonly conditions: readonly Omit<Condition, 'lastTransitionTime'>[];
      readonly scopes: ScopesView | null;
      readonly revision: number;
      readonly tokenReceived: boolean;
      readonly notes: readonly string[];
      /** Of a registration: what `revision` does not say. */
      readonly ownRevision?: number;
      readonly metadata?: AppliedMetadata;
      readonly client?: ShownClient;
    }
  /** The update was taken, the secret is the same; `expiresAt` as the answer says. */
  | {
      readonly kind: 'unchanged';
      readonly expiresAt: number | null;
      readonly expiryKnown: boolean;
      readonly manageable: boolean;
      readonly tokenReceived: boolean;
      /** Version that the application reads now, where its document was written anew with another end. */
      readonly versionId?: string;
      /** Set when it changed the metadata, which then is what it was for. */
      readonly metadata?: AppliedMetadata;
      readonly client?: ShownClient;
    }
  /** A read was answered. Its secret is a candidate only, and was not stored. */
  | {
      readonly kind: 'read';
      readonly client: ShownClient;
      /** Whether the registration access token is the one that it was read with. */
      readonly keptToken: boolean;
      readonly manageable: boolean;
      /** Judged against what the application asks for. */
      readonly conditions: readonly Omit<Condition, 'lastTransitionTime'>[];
      readonly scopes: ScopesView;
    }
  /** The server answered no. */
  | { readonly kind: 'refused'; readonly failure: Failure }
  /** No byte left, or the row was never `sending`; or a ladder saw that it did nothing. It may be made again. */
  | { readonly kind: 'not-sent'; readonly failure: Failure }
  /** Sent; no usable answer will come. What was sent is in the orphan ledger where a client may exist. */
  | { readonly kind: 'unanswered'; readonly failure: Failure }
  /** The server refuses every stored registration access token. */
  | { readonly kind: 'management-rejected'; readonly failure: Failure }
  /**
   * The server answered with a client that another registration holds: nothing of it was stored as a credential. It
   * waits for a person (`ClientHeldElsewhere`), who may share the client of the holder.
   */
  | {
      readonly kind: 'held-elsewhere';
      readonly clientId: string;
      readonly holderRegistrationId: string;
      readonly failure: Failure;
    };

/** Time of a step, in milliseconds since the epoch by the injected clock. */
export interface StepBudget {
  readonly startedAt: number;
  /** When the entity gives the step up. */
  readonly endsAt: number;
}

export interface ProofOutcome {
  readonly decision: ProofDecision;
  /** The credential that is current after this step. */
  readonly current: CredentialState | null;
  readonly pending: CredentialState | null;
  /** What the token endpoint said, for the timeline. */
  readonly message: string;
  /** Sent to the client's registration endpoints, to learn whether it is gone. */
  readonly reads?: number;
  /** The current credential is rejected, and so is every registration access token of its client. */
  readonly clientGone?: true;
  /** Nothing was sent, as too many were refused lately: not before then (milliseconds since the epoch, UTC). */
  readonly putOff?: { readonly until: number };
  /** What consumers read is another version than was known, and good: `current` is that one now. */
  readonly adopted?: { readonly from: string; readonly to: string };
  /** What consumers read is another version than was known, and not proved good. */
  readonly conflict?: StoreConflict;
}

/** Two versions of a client's secret, of which a person says which is to be current (DESIGN section 6). */
export interface StoreConflict {
  /** Version ids: what consumers read, and what was known to be current. */
  readonly stored: string;
  readonly known: string;
  /** `acceptCurrent`: what consumers read is right; `overwrite`: what was known becomes current again. */
  readonly waysOut: readonly ['acceptCurrent', 'overwrite'];
  /** What the token endpoint said of what consumers read; absent = it was not asked. */
  readonly verdict?: Verdict;
}

/** What became of a person's choice between the two. */
export type ConflictOutcome =
  | {
      readonly kind: 'settled';
      /** What consumers read from now on. */
      readonly current: CredentialState;
      /** The token endpoint took it; false = it told nothing. */
      readonly proved: boolean;
      readonly message: string;
    }
  /** Nothing was changed. */
  | {
      readonly kind: 'refused';
      readonly reason: Reason;
      readonly message: string;
      /** What is to be chosen from now, where consumers read another version than was shown. */
      readonly conflict?: StoreConflict;
    };

/** What became of the older secrets that were set aside. */
export interface SetAsideOutcome {
  /** The newest that is good now, to be made pending; null = none is. */
  readonly good: CredentialState | null;
  /** In the order in which they were probed. */
  readonly probed: readonly { readonly versionId: string; readonly verdict: Verdict; readonly message: string }[];
  /** Further ones may not be presented before then. */
  readonly putOff?: { readonly until: number };
}

export interface SupplyArguments {
  readonly registrationId: string;
  /** The secrets are sealed under it. */
  readonly operationId: string;
  readonly endpoints: Endpoints;
  readonly supplied: SuppliedCredential;
  readonly current: CredentialState | null;
  readonly pending: CredentialState | null;
}

/** What became of a credential that a person supplied. */
export type SupplyOutcome =
  /** It is in the secret store, and read back. */
  | { readonly kind: 'stored'; readonly credential: CredentialState; readonly tokenReceived: boolean }
  /** It cannot be taken; nothing was stored. */
  | { readonly kind: 'refused'; readonly failure: Failure };

export interface SupplyResult {
  readonly outcome: SupplyOutcome;
  /** Of what was stored, made at once; null = none was made, and it is a step of its own. */
  readonly proof: ProofOutcome | null;
}

/** How a step with such a request ended. */
export interface RequestResult {
  readonly outcome: RequestOutcome;
  /** Of a credential that was stored, made at once; null = none was made, and it is a step of its own. */
  readonly proof: ProofOutcome | null;
}

export type DeleteOutcome =
  | { readonly kind: 'deleted'; readonly message: string }
  /** There was nothing of its own to delete. */
  | { readonly kind: 'none'; readonly reason: Reason; readonly message: string }
  /** The client goes on existing; it is in the orphan ledger. */
  | { readonly kind: 'listed'; readonly reason: Reason; readonly message: string };

/** What a change of metadata would change. */
export interface MetadataPlan {
  /** With the wanted metadata; policies are the newest. Null when there is no such revision. */
  readonly wanted: RegistrationConfig | null;
  /** Names of the members that differ from what the client has. */
  readonly members: readonly string[];
}

/**
 * What is done outside, on the outbound task queue. Each rejects with a redacted failure only.
 */
export interface PeerSteps {
  /** Reads the discovery documents. Repeatable. */
  discover(argument: { registrationId: string }): Promise<DiscoveryView>;
  /** RFC 7591 POST under an intent; the answer is stored before it is judged, then proved. Never retried. */
  register(argument: RequestArguments): Promise<RequestResult>;
  /** RFC 7592 PUT under an intent; a new secret is proved. Never retried. */
  update(argument: OfClient & { metadata?: MetadataTarget }): Promise<RequestResult>;
  /** RFC 7592 GET under an intent, as it may renew the registration access token. Never retried. */
  read(argument: OfClient): Promise<RequestResult>;
  /** The settlement ladder (DESIGN section 5), then the proof. Repeatable; call it only when the request's step is over. */
  settle(
    argument: RequestArguments & {
      request: string;
      current: CredentialState | null;
      known?: KnownClient;
      /** Instance whose spool holds the answer, as the step's failure said. */
      spooledAt?: string | null;
      /** A person gives up an answer that lies in a spool nobody collects. */
      giveUp?: boolean;
    },
  ): Promise<RequestResult>;
  /** Proves the pending credential, or the current one where there is none pending, and promotes what proved good. Repeatable. */
  prove(argument: {
    registrationId: string;
    endpoints: Endpoints;
    current: CredentialState | null;
    pending: CredentialState | null;
    /** Somebody asked for it: `verify`, `report-rejected`, a changed task. Absent: Registrar's own schedule. */
    purpose?: 'asked';
    /** A person asks: what is known of the token endpoint is not believed without a control of the same day. */
    afresh?: boolean;
    /** Requests that may go to the client's registration endpoints; absent = as many as it has tokens. */
    mostReads?: number;
  }): Promise<ProofOutcome>;
  /** Probes the secrets that were set aside, newest first, up to the first good one. Repeatable. */
  probeSetAside(argument: {
    registrationId: string;
    endpoints: Endpoints;
    setAside: readonly CredentialState[];
  }): Promise<SetAsideOutcome>;
  /**
   * Carries out a person's choice between what consumers read and the version of Registrar, which is the pending one
   * where there is one. What the token endpoint refuses is not made current. Repeatable.
   */
  settleConflict(argument: {
    registrationId: string;
    endpoints: Endpoints;
    choice: StoreConflict['waysOut'][number];
    conflict: StoreConflict;
    current: CredentialState;
    pending: CredentialState | null;
  }): Promise<ConflictOutcome>;
  /** Stores what a person supplied, spends the sealed copy, then proves it. Never registers. Repeatable. */
  storeSupplied(argument: SupplyArguments): Promise<SupplyResult>;
  /**
   * Tells the application which endpoints are approved now: a new version of `…/client` with the same secret. Call it
   * while nothing is pending. Repeatable.
   */
  showEndpoints(argument: {
    registrationId: string;
    endpoints: Endpoints;
    current: CredentialState;
  }): Promise<CredentialState>;
  /** RFC 7592 DELETE, then the secrets. Repeatable. */
  retire(argument: {
    registrationId: string;
    endpoints: Endpoints | null;
    credential: CredentialState | null;
    /** An earlier try of this deletion may have reached the server. */
    mayBeDeleted: boolean;
    /** Where that cannot be known now, it is asked again, instead of a person. */
    findsOut: boolean;
    /** Requests that may go to the client's registration endpoints; absent = as many as it has tokens. */
    mostRequests?: number;
  }): Promise<DeleteOutcome>;
}

/**
 * The same as activities: each names the sequence that it was decided at, and is refused (`DecisionOutdated`) when the
 * registration has moved on.
 */
export type PeerActivities = {
  readonly [Name in keyof PeerSteps]: (
    argument: Parameters<PeerSteps[Name]>[0] & Decided,
  ) => ReturnType<PeerSteps[Name]>;
};

/** Quick work on our own database: local activities. */
export interface OwnActivities {
  /**
   * Claims the registration for a chain of runs and tells all that the entity decides on. Null when there is no such
   * registration, or it has a later life than the run.
   */
  wake(argument: WakeArguments): Promise<Woken | null>;
  /**
   * Writes what was decided. A workflow task that dies after it is decided anew, at another time and perhaps otherwise:
   * then the records answer what it had written, and the entity goes on from that.
   */
  record(decision: Decision): Promise<RecordAnswer>;
  /** Reads only. `revision`: of the application, null = the newest. */
  planMetadata(argument: {
    registrationId: string;
    revision: number | null;
    applied: MetadataTarget | null;
    authMethod: AuthMethod | null;
  }): Promise<MetadataPlan>;
}

export type RegistrationActivities = PeerActivities & OwnActivities;

/** Task queue of workflows and of the work on our own database. */
export const workflowTaskQueue = 'registrar';
/**
 * Task queue of everything that talks to a health system or a secret store, so that slow peers never hold up decisions.
 * With the embedded server entities send that to their own queue instead: only there it is dispatched eagerly, in the
 * answer to the decision that asks for it, which saves a quarter of an onboarding. Every worker serves both.
 */
export const peerTaskQueue = 'registrar-peer';
