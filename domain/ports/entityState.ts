import type { MetadataTarget } from '../operations/intent.ts';
import type { OperationRequest } from '../operations/request.ts';
import type { RegistrationConfig } from '../registration/config.ts';
import type { RegistrationView, Transition } from '../registration/view.ts';
import type { WorkClass } from '../servers/budget.ts';
import type { TimePolicy } from '../time/policy.ts';

/**
 * What an entity writes down of itself, and starts from (DESIGN section 5). Times are milliseconds since the epoch, UTC.
 */

/** The whole state of an entity as the records keep it: JSON that only `domain/entity/` can read. No secret is in it. */
export interface StoredState {
  readonly schemaVersion: number;
}

/** Most bytes of JSON that a state may have. */
export const stateLimit = 65_536;

/** Where an activity was decided; it is refused (`DecisionOutdated`) once the registration has moved on. */
export interface Decided {
  /** Last recorded sequence. */
  readonly decidedAt: number;
  readonly incarnation: number;
  /** Number of the decision rules. */
  readonly rules: number;
  /** How urgent it is at the server that is asked. */
  readonly workClass?: WorkClass;
}

/** A request that was prepared and is not settled, as its row tells. */
export interface UnsettledRequest {
  readonly intentId: string;
  readonly kind: 'register' | 'update' | 'read';
  readonly operationId: string;
  /** What an update changes the metadata to; absent: it rotates. */
  readonly metadata?: MetadataTarget;
}

/** What the records hold of an entity. */
export interface RecordedEntity {
  /** Counts the lives of a registration that was removed and added again. */
  readonly incarnation: number;
  /** Last recorded sequence. */
  readonly sequence: number;
  /** Null before its first decision, and in rows of 0.1.0. */
  readonly state: StoredState | null;
  readonly view: RegistrationView | null;
  /** Chain of runs that wrote or claimed last: Temporal's `firstExecutionRunId`; null = none did. */
  readonly chain: string | null;
  /** Number of the decision rules that it was written under. */
  readonly rules: number | null;
  readonly wakeAt: number | null;
}

/** What an entity that wakes is told; the recorded state counts, whatever it carried. */
export interface Woken {
  /** Number of the decision rules of this release, or the higher one that the row was written under. */
  readonly rules: number;
  readonly policy: TimePolicy;
  /** The newest policies; metadata as the client has them. */
  readonly config: RegistrationConfig;
  readonly recorded: RecordedEntity;
  /** Those that have not ended, oldest first. */
  readonly operations: readonly OperationRequest[];
  /** Operation id of the newest unspent entered initial access token; for a row without a state. */
  readonly initialAccessTokenRef: string | null;
  /** Likewise. */
  readonly unsettled: UnsettledRequest | null;
}

export interface WakeArguments {
  readonly registrationId: string;
  /** Null = the run does not know yet. */
  readonly incarnation: number | null;
  /** Temporal's `firstExecutionRunId`, which continue-as-new keeps. */
  readonly chain: string;
}

/** One decision, or several that nothing came between: written whole or not at all. */
export interface Decision {
  readonly registrationId: string;
  readonly incarnation: number;
  readonly chain: string;
  /** Sequence that the records must be at. */
  readonly afterSequence: number;
  /** In order, the last one with the view; none where only the state moved. */
  readonly transitions: readonly Transition[];
  /** After all of it. Null where nobody keeps one. */
  readonly state: StoredState | null;
  readonly rules: number;
  /** End of the rest or park that follows; null = it waits for an operation only. */
  readonly wakeAt: number | null;
  /** Ids of operations that ended with it. */
  readonly endedOperations: readonly string[];
  /** A request that goes out once this is written; its intent is inserted in the same transaction. */
  readonly prepares?: Prepared;
}

/** A request that cannot be repeated, as its intent tells before it is sent. */
export interface Prepared {
  readonly intentId: string;
  readonly operationId: string;
  readonly kind: 'register';
  /** Shown to people where the answer is lost; holds no secret. */
  readonly endpoint: string;
  readonly clientName: string;
  /** What will be sent, without secrets. */
  readonly request: unknown;
}

export type RecordAnswer =
  | { readonly kind: 'recorded' }
  /** The same chain of runs wrote this before: a task of it died before its end. */
  | { readonly kind: 'taken'; readonly state: StoredState; readonly sequence: number }
  /** Another chain wrote, the records are older than the entity, or the registration has another life: wake anew. */
  | { readonly kind: 'conflict' };

/** Which chain of runs may write of a registration, and where the registration is. */
export interface EntityClaims {
  /**
   * Makes a chain of runs the one that may write, ends the start request, and answers what is recorded, with the chain
   * before. Null when there is no such registration, or it has another incarnation. Repeatable.
   */
  claim(argument: WakeArguments): Promise<RecordedEntity | null>;
  /** Where a registration is now; null when there is none. */
  standing(
    registrationId: string,
  ): Promise<(Pick<Decided, 'decidedAt' | 'incarnation'> & { readonly fhirBaseUrl: string }) | null>;
}

/** Where entities record what they decided. */
export interface Decisions {
  /** All of a decision in one transaction. Rejects with RecordsError `failed` when the state exceeds {@link stateLimit}. */
  recordDecision(decision: Decision): Promise<RecordAnswer>;
}

/** Operations between their 202 and the transition that ends them. */
export interface OperationLedger {
  /** Operations of a registration that have not ended, oldest first. */
  openOperations(registrationId: string): Promise<OperationRequest[]>;
  /** Keeps an operation that is about to be handed to its entity. Inserts once per id. */
  addOperation(registrationId: string, operation: OperationRequest): Promise<void>;
  /** The entity took it; a secret that entered under its id is claimed for good at the same instant. Repeatable. */
  acceptOperation(operationId: string): Promise<void>;
  /** The entity refused it, or it never reached one: it was not asked for. */
  dropOperation(operationId: string): Promise<void>;
  /** It could not be handed over: comes again after a wait that doubles. */
  putOffOperation(operationId: string): Promise<void>;
  /**
   * Operations that no entity took yet, oldest first: whoever handed them over died meanwhile. A young one is left to
   * them.
   */
  undeliveredOperations(
    limit: number,
  ): Promise<{ readonly registrationId: string; readonly operation: OperationRequest }[]>;
}
