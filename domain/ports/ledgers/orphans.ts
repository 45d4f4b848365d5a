import type { ManagementToken } from '../../operations/intent.ts';
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
  /** Inserts once per `orphanId`. */
  addOrphan(orphan: NewOrphan): Promise<void>;
}
