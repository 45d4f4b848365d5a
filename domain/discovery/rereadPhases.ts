import type { Phase } from '../words.ts';

/** Phases in which the documents are read again by themselves: what waits for a person learns of a way that is new. */
export const rereadPhases: readonly Phase[] = [
  'active',
  'awaiting_approval',
  'awaiting_enablement',
  'awaiting_token',
  'manual_required',
  'submitted',
];
