/** Registrations that can go on because a token can be had now. */
export interface TokenWakeRequests {
  /** Registrations to be woken, oldest first; those put off come later. */
  tokenWakeRequests(limit: number): Promise<{ registrationId: string; operationId: string }[]>;
  endTokenWakeRequest(registrationId: string, operationId: string): Promise<void>;
  /** It could not be handed over: comes again after a wait that doubles. */
  putOffTokenWakeRequest(registrationId: string): Promise<void>;
}
