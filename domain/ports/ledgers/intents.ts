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
  }): Promise<Intent>;
  /** prepared → sending, committed before the first byte. False when the fence moved: do not send. */
  markSending(intentId: string, fence: number): Promise<boolean>;
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
