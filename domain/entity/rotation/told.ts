import { explain, type Reason } from '../../reasons/index.ts';
import type { PaceTimes } from '../../time/pace.ts';
import type { Draft } from '../draft.ts';
import { clientDueOf, secretDueOf, secretOverdueOf } from '../health.ts';
import { nextAttemptOf } from './attempt.ts';

/** Of the topic `rotation`, what a later state of affairs may take the place of. */
const mild: ReadonlySet<Reason> = new Set<Reason>(['RotationPolicyInvalid', 'ExpiryNotUsable']);

/** The secret is overdue, which needs attention long before its end; what is known to be the cause says more. */
export function tellOverdue(draft: Draft): void {
  const at = secretOverdueOf(draft.state);
  const known = draft.state.attentions.find(({ topic }) => topic === 'rotation');
  if (at === null || at > draft.now || (known !== undefined && !mild.has(known.reason))) return;
  draft.attention('rotation', 'RotationOverdue');
}

/** What was said of rotation is over; what is so by state alone is said again. */
export function tellRotationAnew(draft: Draft): void {
  const { current, config } = draft.state;
  draft.clearAttention('rotation');
  if (current === null || config.holderRegistrationId !== null) return;
  const reason = secretDueOf(draft.state).reason ?? current.expiryReason;
  if (current.keptToTheLast) draft.attention('rotation', 'ServerDoesNotRotate');
  else if (reason !== undefined && reason !== null) draft.attention('rotation', reason);
  tellOverdue(draft);
}

/** What a person should know of the wait that follows a failure. */
export function tellOfWait(draft: Draft, times: PaceTimes): void {
  const { attention } = nextAttemptOf(draft.state, draft.now, times);
  if (attention === null) draft.clearAttention('pace');
  else draft.attention('pace', attention);
}

/** The client ends soon, or does not any more. */
export function tellClientEnd(draft: Draft): void {
  const due = clientDueOf(draft.state);
  if (due === null || due > draft.now) draft.clearAttention('client');
  else draft.attention('client', 'ClientEndsSoon', explain('ClientEndsSoon'));
}
