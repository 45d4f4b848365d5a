import { findCondition } from './conditions.ts';
import { type Reason, reasons } from './reasons.ts';
import type { RegistrationView } from './registrationView.ts';

/** Why a person is needed, and what the person should do. */
export interface Attention {
  readonly reason: Reason;
  /** What is the case, from the table of reasons. */
  readonly sentence: string;
  /** What to do; null when the table knows nothing but to watch. */
  readonly action: string | null;
  /** Text of the condition: may quote a peer. */
  readonly message: string;
  /** RFC 3339 UTC. */
  readonly since: string;
}

/** What needs a person at a registration, or null. */
export function attentionOf(view: Pick<RegistrationView, 'conditions'>): Attention | null {
  const condition = findCondition(view.conditions, 'NeedsAttention');
  if (condition?.status !== 'True') return null;
  // A page or command of an older version may meet a reason that it does not know yet.
  const known: { sentence: string; action: string | null } | undefined = reasons[condition.reason];
  return {
    reason: condition.reason,
    sentence: known?.sentence ?? condition.message,
    action: known?.action ?? null,
    message: condition.message,
    since: condition.lastTransitionTime,
  };
}
