/** Whether the database can be used. */
export interface Readiness {
  /** A real query, for `/readyz`. */
  check(): Promise<void>;
}
