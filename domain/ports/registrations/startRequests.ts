/** Registrations that wait for their workflow. */
export interface StartRequests {
  /** Registrations whose workflow was asked for and did not claim them yet, oldest first; those put off come later. */
  unstarted(limit: number): Promise<string[]>;
  /**
   * The start was asked for, or failed: it is asked for again after a wait that doubles, unless the entity's first
   * activity claims the registration meanwhile.
   */
  putOffStart(registrationId: string): Promise<void>;
}
