/** `refresh`: read policies and verdicts again; the others are operations. */
export type WakeKind = 'verify' | 'refresh' | 'discover';

/** What the commit of one registration makes another do. */
export interface WakeRequest {
  /** UUID. */
  readonly operationId: string;
  readonly registrationId: string;
  readonly kind: WakeKind;
  /** Shown in the timeline. */
  readonly reason: string;
}

/** What the commit of one registration asks of others. */
export interface WakeRequests {
  /** What waits to be handed to entities, oldest first; those put off come later. */
  wakeRequests(limit: number): Promise<WakeRequest[]>;
  removeWakeRequest(operationId: string): Promise<void>;
  /** It could not be handed over: comes again after a wait that doubles. */
  putOffWakeRequest(operationId: string): Promise<void>;
}
