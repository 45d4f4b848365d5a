import type { Transition } from '../../../domain/registration/view.ts';
import { type AuditContent, viewHash } from '../audit/chain.ts';

/** The audit row of a transition. */
export function auditContentOf(transition: Transition): AuditContent {
  return {
    subjectKind: 'registration',
    subjectId: transition.registrationId,
    sequence: transition.sequence,
    at: transition.at,
    type: transition.type,
    actor: transition.actor,
    reason: transition.reason ?? null,
    message: transition.message,
    operationId: transition.operationId ?? null,
    changes: transition.changes ?? null,
    viewSha256: transition.view === null ? null : viewHash(transition.view),
  };
}
