import type { TimePolicy } from '../time/policy.ts';
import type { EntityState } from './state.ts';

/**
 * Whether an earlier try of the deletion may have reached the server: only then may a refused registration access
 * token mean that the client is gone. A token that was refused before the retirement says nothing about the client.
 */
export function mayBeDeleted(state: EntityState): boolean {
  return state.attempts > 0 && !state.attentions.some(({ topic }) => topic === 'management');
}

/**
 * Whether a deletion that may have reached the server is still being found out: not for longer than any step fails
 * before it needs attention, as there are servers that never tell.
 */
export function findsOutDeletion(state: EntityState, now: number, { attentionAfter }: TimePolicy): boolean {
  return mayBeDeleted(state) && state.failingSince !== null && now < state.failingSince + attentionAfter;
}
