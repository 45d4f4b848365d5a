import { findCondition } from '../../../domain/registration/conditions.ts';
import type { RegistrationView } from '../../../domain/registration/view.ts';

/** Last instant that PostgreSQL and RFC 3339 both write with four digits of year. */
const lastInstant = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A time to sort by. What cannot be sorted by counts as unknown: the view keeps the original. */
function sortable(time: string | null | undefined): string | null {
  const instant = Date.parse(time ?? '');
  if (Number.isNaN(instant) || instant < 0) return null;
  return new Date(Math.min(instant, lastInstant)).toISOString();
}

/** The columns that lists filter and sort by, from the view. */
export function projectionOf(view: RegistrationView, at: string, sequence: number) {
  return {
    method: view.method,
    phase: view.phase,
    holder_registration_id: view.holderRegistrationId ?? null,
    credential_health: view.credentialHealth,
    needs_attention: findCondition(view.conditions, 'NeedsAttention')?.status === 'True',
    next_attempt_at: sortable(view.nextAttemptAt),
    expires_at: sortable(view.credential?.expiresAt),
    rotation_due_at: sortable(view.credential?.rotationDueAt),
    changed_at: new Date(at).toISOString(),
    applied_revision: view.appliedRevision,
    desired_revision: view.desiredRevision,
    sequence,
  };
}
