import type { Reason } from '../reasons/index.ts';
import type { EntityState } from './state.ts';

/** What is not done while two versions of the secret wait for a person: whatever would bring a third. */
const conflictGates: readonly string[] = ['prove', 'begin-rotation', 'probe-set-aside', 'read', 'update'];
const gates: Readonly<Partial<Record<Reason, readonly string[]>>> = {
  SecretStoreConflict: conflictGates,
  ClientHeldElsewhere: ['register', ...conflictGates],
  // Looking again costs nothing, and the instance may come back by itself.
  AnswerSpooled: [],
};
/** Of all others: they are about a registering. */
const registering: readonly string[] = ['register'];

/**
 * Whether a hold keeps a step from being done: the one that it is about, never that of an operation that does not release
 * it. A proof that a person asks for is made all the same.
 *
 * @param step its `do`.
 */
export function isGated({ hold, activeOperation }: Pick<EntityState, 'hold' | 'activeOperation'>, step: string) {
  if (hold === null) return false;
  if (step === 'prove' && activeOperation?.kind === 'verify') return false;
  return (gates[hold.reason] ?? registering).includes(step);
}
