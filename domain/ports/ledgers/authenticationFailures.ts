import type { AuthenticationFailures, AuthenticationPurpose } from '../../credential/authenticationBound.ts';

/** A client where its credential is presented. */
export interface AuthenticatedClient {
  readonly tokenEndpoint: string;
  readonly clientId: string;
}

/** Refusals of clients, counted over all workers (DESIGN section 9). Times are milliseconds since the epoch, UTC. */
export interface AuthenticationFailuresLedger {
  /** The first that is kept, and those after a time. */
  authenticationFailures(
    client: AuthenticatedClient,
    purpose: AuthenticationPurpose,
    since: number,
  ): Promise<AuthenticationFailures>;
  /** Counts so many refusals at a time. */
  countAuthenticationFailures(
    client: AuthenticatedClient,
    purpose: AuthenticationPurpose,
    count: number,
    at: number,
  ): Promise<void>;
  /** What is presented from now on for this purpose is another credential. Idempotent. */
  forgetAuthenticationFailures(client: AuthenticatedClient, purpose: AuthenticationPurpose): Promise<void>;
  /** Deletes those of all clients that are thirty days old, which no bound counts; resolves to how many. */
  pruneAuthenticationFailures(): Promise<number>;
}
