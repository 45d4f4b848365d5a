import { isLaunchReport } from './launchReport.ts';
import { isSuppliedCredential } from './suppliedCredential.ts';

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

function nothing(value: unknown): value is undefined {
  return value === undefined;
}
