import type { Intent, IntentKind, MetadataTarget, Settlement } from '../../operations/intent.ts';

/**
 * Requests that cannot be repeated, each written down before it is sent (DESIGN section 5).
 * Times are milliseconds since the epoch, UTC.
 */
export interface IntentLedger {
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
    /** Milliseconds until the step ends; nothing is sent after it, by the database's clock. */
    stepEndsIn?: number | undefined;
    /** Sequence and life of the registration that it was decided at; nothing is sent at another. */
    decidedAt?: number | undefined;
    incarnation?: number | undefined;
    /** What will be sent, without secrets. */
    request?: unknown;
  }): Promise<Intent>;
  /**
   * prepared → sending, committed before the first byte. False: do not send, as the fence moved, the step is over, the
   * registration is suspended or retires (where the kind may not be sent then), or it has moved on.
   *
   * @param answerWithin milliseconds in which an answer is kept in time: `answerBy` is that after now, by the database's
   *   clock.
   */
  markSending(intentId: string, fence: number, answerWithin: number): Promise<boolean>;
  /** Inserts the intent as settled where there is none, so that no attempt that starts late sends it; answers the row. */
  settleMissing(
    intent: Pick<Intent, 'intentId' | 'registrationId' | 'operationId' | 'kind' | 'outcome'>,
  ): Promise<Intent>;
  /** Milliseconds until so long after `answerBy`, by the database's clock; 0 = passed. */
  answerAwaited(intentId: string, after: number): Promise<number>;
  /** Notes whose spool holds the answer of a request that was sent. */
  markSpooled(intentId: string, instance: string): Promise<void>;
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
}
