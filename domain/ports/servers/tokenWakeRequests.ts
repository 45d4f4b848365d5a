/** Registrations that can go on because a token can be had now. */
export interface TokenWakeRequests {
  /** Registrations to be woken, oldest first. */
  tokenWakeRequests(limit: number): Promise<{ registrationId: string; operationId: string }[]>;
  endTokenWakeRequest(registrationId: string, operationId: string): Promise<void>;
}
