import { expiryOfNewSecret } from '../../credential/expiry.ts';
import type { CredentialState } from '../../ports/activities.ts';
import type { PaceTimes } from '../../time/pace.ts';

type Times = Pick<PaceTimes, 'usableExpiry'>;

/**
 * A credential that is new to us, as it may be judged by: an end that lies in the past or within seconds of its issue
 * counts as unknown, whatever step brought it (DESIGN section 6).
 */
export function judgedFresh(credential: CredentialState, times: Times): CredentialState {
  const { reason, ...expiry } = expiryOfNewSecret(credential, credential.issuedAt, times);
  if (reason === null) return credential;
  return { ...credential, expiresAt: expiry.expiresAt, expiryKnown: expiry.expiryKnown, expiryReason: reason };
}

/**
 * A credential as a step answered it, by what the entity knows of it. A step says where it is, and whether it is good and
 * can be managed; how long it lives was judged when it came, and a step that proves at once has what was not judged yet.
 *
 * @param known the same credential in the state; null = it is new to us.
 */
export function judgedAnswer(answered: CredentialState, known: CredentialState | null, times: Times): CredentialState {
  if (known === null) return judgedFresh(answered, times);
  const { store, place, versionId, provedAt, manageable } = answered;
  return judgedFresh({ ...known, store, place, versionId, provedAt, manageable }, times);
}
