import { findCondition } from '../../../domain/registration/conditions.ts';
import type { RegistrationView } from '../../../domain/registration/view.ts';

/** What the entity's own proof said last; null = nothing that counts. */
export function ownVerdict(
  view: Pick<RegistrationView, 'credentialHealth' | 'conditions'>,
): 'good' | 'rejected' | null {
  if (view.credentialHealth === 'rejected') return 'rejected';
  return findCondition(view.conditions, 'CredentialProved')?.status === 'True' ? 'good' : null;
}
