import { isLaunchReport } from './launchReport.ts';
import { isSuppliedCredential } from './suppliedCredential.ts';
import { isTaskChange } from './tasks/task.ts';
import { hasOnly, isText } from './textForm.ts';

/**
 * What each kind of operation carries besides its kind, judged by hand: zod does not go into the workflow bundle.
 * References and words only, never a secret.
 */
export const detailForms = {
  rotate: nothing,
  verify: nothing,
  discover: nothing,
  supplyInitialAccessToken: nothing,
  retire: nothing,
  reportLaunch: isLaunchReport,
  supplyCredential: isSuppliedCredential,
  shareClient: isHolder,
  updateTask: isTaskChange,
} satisfies Record<string, (value: unknown) => boolean>;

export type OperationKind = keyof typeof detailForms;

/** The details of a kind; undefined = it carries none. */
export type DetailsOf<Kind extends OperationKind> = (typeof detailForms)[Kind] extends (
  value: unknown,
) => value is infer Details
  ? Details
  : never;

/** What is asked for, without who asks. */
export interface Asked<Kind extends OperationKind> {
  readonly kind: Kind;
  readonly details?: DetailsOf<Kind> | undefined;
}

interface Holder {
  readonly holderRegistrationId: string;
}

function isHolder(value: unknown): value is Holder {
  return hasOnly(value, ['holderRegistrationId']) && isText(value['holderRegistrationId'], 1, 100);
}

function nothing(value: unknown): value is undefined {
  return value === undefined;
}
