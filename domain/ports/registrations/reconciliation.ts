/** A registration whose due or expiry passed while its health says otherwise: nobody is working on it. */
export interface Unnoticed {
  readonly registrationId: string;
  readonly credentialHealth: string;
  /** RFC 3339 UTC. */
  readonly rotationDueAt: string | null;
  readonly expiresAt: string | null;
}

/** What finds entities that are gone (DESIGN section 5). */
export interface Reconciliation {
  /**
   * Registrations whose entity should have woken this long ago, nearest expiry first. They are leased: no process gets
   * them again before as long has passed once more.
   */
  overdueEntities(overdueMilliseconds: number, limit: number): Promise<string[]>;
  /**
   * Registrations with operations that were handed over this long ago and have not ended, longest first. They are leased
   * for a time that doubles, as an operation may have to wait for a person.
   */
  unendedOperations(overdueMilliseconds: number, limit: number): Promise<string[]>;
  /** The next registrations by id that are not retired; fewer than `limit` = the end. */
  unretiredAfter(registrationId: string, limit: number): Promise<string[]>;
  /** It runs, or was started. */
  reconciled(registrationId: string): Promise<void>;
  /** It could not be started: comes again after a wait that doubles. */
  putOffReconciling(registrationId: string): Promise<void>;
  /** How many there are that {@link Unnoticed} describes, and the first of them. */
  unnoticed(limit: number): Promise<{ readonly count: number; readonly first: readonly Unnoticed[] }>;
}
