import type { Phase } from '../words.ts';
import type { EntityState } from './state.ts';

/** Whether the flag is set; who retires needs no word before. */
export function isSuspended({ suspended, phase }: Pick<EntityState, 'suspended' | 'phase'>): boolean {
  return suspended !== null && phase !== 'retiring' && phase !== 'retired';
}

/** The phase as it is shown: `suspended` over the one beneath, which is kept. */
export function shownPhase(state: Pick<EntityState, 'suspended' | 'phase'>): Phase {
  return isSuspended(state) ? 'suspended' : state.phase;
}
