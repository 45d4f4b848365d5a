import type { Transition } from '../../registration/view.ts';

/** Where entities record what happened. */
export interface Transitions {
  /**
   * Event and projection in one transaction; idempotent on (registration, sequence). The same sequence with other
   * content rejects with RecordsError `sequence-conflict`.
   */
  recordTransition(transition: Transition): Promise<void>;
}
