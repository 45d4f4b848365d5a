import type { Verdict } from '../../credential/proofDecision.ts';
import type { ProofSchedule } from '../../credential/proofSchedule.ts';

/** A row of the watch's queue that this worker may work on until its lease ends. Times are milliseconds since the epoch. */
export interface LeasedProof {
  readonly registrationId: string;
  /** Of the credential that is current; a result for another one is dropped. */
  readonly versionId: string;
  readonly origin: string;
  readonly tokenEndpoint: string;
  readonly verdict: Verdict | null;
  readonly intervalDays: number;
  readonly shared: boolean;
  readonly issuedAt: number;
  readonly endsAt: number | null;
}

export interface LeasedDocuments {
  readonly registrationId: string;
  readonly fhirBaseUrl: string;
  readonly documentHash: string | null;
  readonly changedAt: number;
}

export interface Lease {
  readonly now: number;
  /** Who works; results of a lease that another one took over are dropped. */
  readonly owner: string;
}

/** What became of a proof's result. */
export interface ProofRecorded {
  /** False: the credential was replaced, or another worker took the row over; nothing was written. */
  readonly written: boolean;
  /** The entity is asked to prove for itself. */
  readonly woken: boolean;
  /** Proofs of the origin pause from now on. */
  readonly pauseBegan: boolean;
}

/** The queue of the watch (DESIGN section 5): which credentials and documents are to be looked at, and what was seen. */
export interface ProofQueue {
  /** Due proofs of registrations that are active and not rotating, oldest first, at origins that do not pause. */
  leaseProofs(lease: Lease, limit: number): Promise<LeasedProof[]>;
  leaseDocuments(lease: Lease, limit: number): Promise<LeasedDocuments[]>;
  /**
   * Another conclusive verdict than the last one asks the entity to prove for itself, in the same transaction; also one
   * that tells nothing where the last good one came before `unprovedBefore`, once.
   */
  recordProof(
    lease: Lease,
    proof: {
      registrationId: string;
      versionId: string;
      verdict: Verdict;
      next: ProofSchedule;
      /** Milliseconds since the epoch, UTC. */
      unprovedBefore: number;
    },
  ): Promise<ProofRecorded>;
  /** Another hash asks the entity to read for itself. `hash` null: it could not be read; only the time moves. */
  recordDocuments(
    lease: Lease,
    read: { registrationId: string; hash: string | null; nextDue: number },
  ): Promise<{ readonly woken: boolean }>;
  /** Gives a proof back: one origin's due proofs come one after the other from `from` on. */
  spreadProofs(lease: Lease, origin: string, from: number, spacing: number): Promise<void>;
  deferDocuments(lease: Lease, registrationId: string, until: number): Promise<void>;
}
