import type { OperationKind } from '../operations/details.ts';
import type { Reason } from '../reasons/index.ts';
import { type Release, releases, releasesOf } from '../registration/hold.ts';
import type { Draft } from './draft.ts';
import type { EntityState, Operation } from './state.ts';

/**
 * Operations that go ahead of the queue, of one that is active, of a hold and of suspension: they say whether anything
 * else is done, so nothing can block them (DESIGN section 5).
 */
const aheadKinds: ReadonlySet<OperationKind> = new Set<OperationKind>(['suspend', 'resume', 'retry', 'retire']);

export function goesAhead({ kind }: { readonly kind: OperationKind }): boolean {
  return aheadKinds.has(kind);
}

/** The operation to begin although others wait, or are active; among themselves they keep their order. */
export function operationAhead(
  { operations }: Pick<EntityState, 'operations'>,
  but: readonly OperationKind[] = [],
): Operation | undefined {
  return operations.find((operation) => goesAhead(operation) && !but.includes(operation.kind));
}

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

/** What a proof looks at: while two versions wait for a person, only what consumers read. */
export function toBeProved({ hold, current, pending }: Pick<EntityState, 'hold' | 'current' | 'pending'>) {
  return { current, pending: hold?.reason === 'SecretStoreConflict' ? null : pending };
}

/** An operation that ends a hold at once, where its reason names it: what follows is tried anew. */
const atOnce: ReadonlySet<OperationKind> = new Set<OperationKind>(['supplyInitialAccessToken', 'shareClient']);

/** For an operation that begins. Others release when what they are for was done, as it may fail. */
export function releaseAtOnce(draft: Draft, kind: OperationKind): void {
  if (atOnce.has(kind)) releaseHold(draft, kind);
}

/** What was asked for is done: a hold whose reason names this operation ends. */
export function releaseHold(draft: Draft, kind: OperationKind): void {
  const { hold } = draft.state;
  const release = releases.find((each): each is Release => each === kind);
  if (hold === null || release === undefined || !releasesOf(hold.reason).includes(release)) return;
  draft.set({ hold: null, conflict: null });
}
