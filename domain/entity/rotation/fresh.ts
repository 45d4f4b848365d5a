import { expiryOfNewSecret } from '../../credential/expiry.ts';
import type { CredentialState } from '../../ports/activities.ts';
import type { PaceTimes } from '../../time/pace.ts';

/**
 * A credential that is new to us, as it may be judged by: an end that lies in the past or within seconds of its issue
 * counts as unknown, whatever step brought it.
 */
export function judgedFresh(credential: CredentialState, times: Pick<PaceTimes, 'usableExpiry'>): CredentialState {
  const { reason, ...expiry } = expiryOfNewSecret(credential, credential.issuedAt, times);
  if (reason === null) return credential;
  return { ...credential, expiresAt: expiry.expiresAt, expiryKnown: expiry.expiryKnown, expiryReason: reason };
}
