import { explain, type Reason, reasons } from '../reasons/index.ts';
import { findCondition } from '../registration/conditions.ts';
import type { RegistrationView } from '../registration/view.ts';

/** Why a person is needed, and what the person should do. */
export interface Attention {
  readonly reason: Reason;
  /** What is the case, from the table of reasons. */
  readonly sentence: string;
  /** What to do; null when the table knows nothing but to watch. */
  readonly action: string | null;
  /** What the condition says beyond sentence and action: may quote a peer. Empty when it says nothing more. */
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
    message: known === undefined ? '' : withoutExplanation(condition.message, condition.reason),
    since: condition.lastTransitionTime,
  };
}

/** Messages begin with the explanation of their reason, which is shown apart from them. */
function withoutExplanation(message: string, reason: Reason): string {
  const explanation = explain(reason);
  return message.startsWith(explanation) ? message.slice(explanation.length).trim() : message;
}
