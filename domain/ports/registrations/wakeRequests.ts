/** What the commit of one registration makes another do: its entity is asked to prove its credential. */
export interface WakeRequest {
  /** UUID. */
  readonly operationId: string;
  readonly registrationId: string;
  /** Shown in the timeline. */
  readonly reason: string;
}

/** What the commit of one registration asks of others. */
export interface WakeRequests {
  /** What waits to be handed to entities, oldest first. */
  wakeRequests(limit: number): Promise<WakeRequest[]>;
  removeWakeRequest(operationId: string): Promise<void>;
}
