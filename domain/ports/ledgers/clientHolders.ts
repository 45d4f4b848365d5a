/** Which registration holds which client. */
export interface ClientHolderLedger {
  /**
   * Makes a registration the holder of a client. False when another one is: exactly one registration holds a
   * (token endpoint, client id). Repeatable.
   */
  holdClient(tokenEndpoint: string, clientId: string, registrationId: string): Promise<boolean>;
  /** Gives up every client that the registration holds, but those named. Repeatable. */
  releaseClients(registrationId: string, except: readonly string[]): Promise<void>;
  /** The registration that holds a client at a token endpoint, or null. */
  clientHolder(tokenEndpoint: string, clientId: string): Promise<string | null>;
}
