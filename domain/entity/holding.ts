import type { OperationKind } from '../operations/details.ts';
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
