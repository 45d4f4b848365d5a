import type { ReasonText } from './text.ts';

/** Of any subject. */
export const general = {
  Pending: { sentence: 'Not yet tried.', action: null },
  NotNeeded: { sentence: 'Nothing needs a person.', action: null },
} as const satisfies Record<string, ReasonText>;

/** Operations that cannot be carried out. */
export const operations = {
  OperationFailed: { sentence: 'The operation could not be carried out.', action: 'Read the message in the timeline.' },
  OperationNotPossible: { sentence: 'The operation is not possible in this phase.', action: null },
} as const satisfies Record<string, ReasonText>;
