import type { Reason } from '../reasons/index.ts';

/** What one probe of the token endpoint says about a credential. */
export type Verdict = 'good' | 'rejected' | 'inconclusive';

export interface ProofDecision {
  /** `promote`: make the pending credential current. `keep`: change nothing. */
  readonly action: 'promote' | 'keep';
  readonly reason: Extract<
    Reason,
    | 'ProofSucceeded'
    | 'ProofInconclusive'
    | 'KeyHeldElsewhere'
    | 'CredentialRejected'
    | 'PromotedUnproved'
    | 'BothCredentialsRejected'
    | 'SecretStoreConflict'
  >;
}

/** Of the current credential: `expired` is one whose end has passed and that did not prove good. */
export type CurrentVerdict = Verdict | 'expired';

/**
 * Which credential is current after a proof (DESIGN section 6). `current` is null when it was not probed, as there is
 * none or the pending one proved good; `pending` is null when only the current one was to be proved.
 */
export function decideProof(pending: Verdict | null, current: CurrentVerdict | null): ProofDecision {
  if (pending === 'good') return { action: 'promote', reason: 'ProofSucceeded' };
  const currentFails = current === 'rejected' || current === 'expired';
  if (pending === null) {
    if (current === 'good') return { action: 'keep', reason: 'ProofSucceeded' };
    // That its end has passed is told elsewhere: here it counts what the server says.
    return { action: 'keep', reason: current === 'rejected' ? 'CredentialRejected' : 'ProofInconclusive' };
  }
  if (currentFails) {
    return pending === 'rejected'
      ? { action: 'keep', reason: 'BothCredentialsRejected' }
      : { action: 'promote', reason: 'PromotedUnproved' };
  }
  return { action: 'keep', reason: pending === 'rejected' ? 'CredentialRejected' : 'ProofInconclusive' };
}

/** Of a credential that nothing proves, as Registrar does not hold its key: the health system is taken at its word. */
export function decideUnprovable(isPending: boolean): ProofDecision {
  return { action: isPending ? 'promote' : 'keep', reason: 'KeyHeldElsewhere' };
}
