import { expect, it } from 'vitest';
import { type CurrentVerdict, decideProof, type Verdict } from '../../../../domain/credential/proofDecision.ts';

/** Which credential is current after a proof (DESIGN section 6). */
const cases: readonly (readonly [
  pending: Verdict | null,
  current: CurrentVerdict | null,
  action: string,
  reason: string,
])[] = [
  ['good', null, 'promote', 'ProofSucceeded'],
  ['good', 'good', 'promote', 'ProofSucceeded'],
  ['rejected', null, 'keep', 'CredentialRejected'],
  ['rejected', 'good', 'keep', 'CredentialRejected'],
  ['rejected', 'inconclusive', 'keep', 'CredentialRejected'],
  ['rejected', 'rejected', 'keep', 'BothCredentialsRejected'],
  ['rejected', 'expired', 'keep', 'BothCredentialsRejected'],
  ['inconclusive', null, 'keep', 'ProofInconclusive'],
  ['inconclusive', 'good', 'keep', 'ProofInconclusive'],
  ['inconclusive', 'inconclusive', 'keep', 'ProofInconclusive'],
  ['inconclusive', 'rejected', 'promote', 'PromotedUnproved'],
  ['inconclusive', 'expired', 'promote', 'PromotedUnproved'],
  [null, 'good', 'keep', 'ProofSucceeded'],
  [null, 'rejected', 'keep', 'CredentialRejected'],
  [null, 'inconclusive', 'keep', 'ProofInconclusive'],
  [null, 'expired', 'keep', 'ProofInconclusive'],
];

it.each(cases)('new %s, current %s: %s (%s)', (pending, current, action, reason) => {
  expect(decideProof(pending, current)).toEqual({ action, reason });
});
