/**
 * Intent rows: what makes a request that cannot be repeated (RFC 7591 POST, RFC 7592 PUT) survive the death of the
 * process that sends it (DESIGN section 5). `prepared` may be repeated; whoever finds `sending` never sends.
 */
export type IntentState = 'prepared' | 'sending' | 'answered' | 'settled';
/** Open: what each kind means is in the tables `requestKinds.ts` and `activities/requests/kinds.ts`. */
export type IntentKind = string;

/** How an intent ended. `unanswered`: sent, and no answer was ever stored. */
export type Settlement = 'applied' | 'refused' | 'not-sent' | 'unanswered';

/** Which client metadata an update sends: a revision of the application, and one of what the registration sets itself. */
export interface MetadataTarget {
  readonly revision: number;
  readonly ownRevision: number;
}

export interface Intent {
  /** UUID chosen by the workflow, so that a repeated activity finds its own row. */
  readonly intentId: string;
  readonly registrationId: string;
  readonly operationId: string;
  readonly kind: IntentKind;
  readonly endpoint: string;
  readonly clientName: string;
  /** Null before the first registration. */
  readonly clientId: string | null;
  readonly state: IntentState;
  /** Grows with every take-over; a compare-and-swap with an older fence fails. */
  readonly fence: number;
  /** Milliseconds since the epoch, UTC. */
  readonly preparedAt: number;
  readonly sendingAt: number | null;
  readonly answeredAt: number | null;
  readonly settlement: Settlement | null;
  /** What an update changes the metadata to; null: it sends what the client has, to get a new secret. */
  readonly metadata: MetadataTarget | null;
  /** By the database's clock: no answer is kept in time after it. Null before it is sent, and in rows of 0.1.0. */
  readonly answerBy: number | null;
  /** Data directory whose spool holds the answer; null = no process said so. */
  readonly spooledAtInstance: string | null;
  /** What the activity answered to the workflow, kept so that a repeated call answers the same. No secrets. */
  readonly outcome: unknown;
}

/** A peer's answer as received, before anybody judged it. Contains secrets: sealed wherever it rests. */
export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Base64 of the body's bytes where they could not be read: a compression nobody knows, or cut off at the limit. */
  readonly raw?: string | undefined;
  /** The answer ended before its end: what it does not say, it may have said. */
  readonly cutOff?: true | undefined;
  /** Milliseconds since the epoch, UTC. */
  readonly receivedAt: number;
}

/** A registration access token with where it may be sent. Secret. */
export interface ManagementToken {
  readonly token: string;
  readonly clientUri: string | null;
  readonly clientId: string | null;
  /** Origins that it may be sent to, from the approved discovery snapshot. */
  readonly audience: readonly string[];
  /** When a server answered 401 to it; absent = it was not seen. */
  readonly rejectedAt?: number;
  /** Milliseconds since the epoch, UTC. */
  readonly receivedAt: number;
}
