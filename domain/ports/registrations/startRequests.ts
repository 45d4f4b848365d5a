/** Registrations that wait for their workflow. */
export interface StartRequests {
  /** Registrations whose workflow was asked for and not yet seen running, oldest first. */
  unstarted(limit: number): Promise<string[]>;
  markStarted(registrationId: string): Promise<void>;
}
