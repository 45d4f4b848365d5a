import { expiryOfKeptSecret } from '../../credential/expiry.ts';
import type { CredentialState, RequestOutcome } from '../../ports/activities.ts';
import type { PaceTimes } from '../../time/pace.ts';

type Kept = Extract<RequestOutcome, { kind: 'unchanged' }>;

/** A credential whose secret an answer kept, with the end that it has now. */
export function keptCredential(
  credential: CredentialState,
  { expiresAt, expiryKnown, versionId }: Pick<Kept, 'expiresAt' | 'expiryKnown' | 'versionId'>,
  answeredAt: number,
  times: Pick<PaceTimes, 'usableExpiry'>,
): CredentialState {
  const life = expiryOfKeptSecret(credential, { expiresAt, expiryKnown }, answeredAt, times);
  const { expiryReason, ...rest } = { ...credential, ...life };
  return {
    ...rest,
    ...(expiryReason === undefined || life.expiryKnown ? {} : { expiryReason }),
    ...(versionId === undefined ? {} : { versionId }),
  };
}
