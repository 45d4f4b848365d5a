import type { EntityState } from './state.ts';

/**
 * Whether an earlier try of the deletion may have reached the server: only then may a refused registration access
 * token mean that the client is gone. A token that was refused before the retirement says nothing about the client.
 */
export function mayBeDeleted(state: EntityState): boolean {
  return state.attempts > 0 && !state.attentions.some(({ topic }) => topic === 'management');
}
