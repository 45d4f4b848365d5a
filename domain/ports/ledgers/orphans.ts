import type { ManagementToken, StoredAnswer } from '../../operations/intent.ts';
import type { Reason } from '../../reasons/index.ts';

export interface NewOrphan {
  readonly orphanId: string;
  readonly registrationId: string;
  readonly tokenEndpoint: string | null;
  readonly registrationEndpoint: string;
  readonly clientId: string | null;
  readonly clientName: string;
  readonly reason: Reason;
  readonly since: number;
  readonly token: ManagementToken | null;
}

/** Clients that may exist and are not in use. */
export interface OrphanLedger {
  /**
   * Inserts once per `orphanId`, never a client that a registration holds. False when it is held: nothing was listed.
   *
   * @param more.answer kept sealed with it.
   * @param more.givenUp the registration holds the client itself, and gives it up at the same instant.
   */
  addOrphan(orphan: NewOrphan, more?: { answer?: StoredAnswer; givenUp?: boolean }): Promise<boolean>;
}
