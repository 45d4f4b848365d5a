import { isSuppliedCredential } from '../credential/supplied.ts';
import { isLaunchReport } from '../people/launchReport.ts';
import { isTaskChange } from '../people/tasks/task.ts';
import type { EndpointApproval } from '../registration/view.ts';
import { hasOnly, isText } from '../text/form.ts';

/**
 * What each kind of operation carries besides its kind, judged by hand: zod does not go into the workflow bundle.
 * References and words only, never a secret.
 */
export const detailForms = {
  rotate: nothing,
  verify: nothing,
  discover: nothing,
  approveEndpoint: endpointApproval,
  supplyInitialAccessToken: nothing,
  retire: nothing,
  suspend: nothing,
  resume: nothing,
  retry: nothing,
  acceptCurrent: nothing,
  overwrite: nothing,
  changeMetadata: metadataRevision,
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

function endpointApproval(value: unknown): value is EndpointApproval {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 2) return false;
  const { registrationEndpoint, evidenceHash } = value as Readonly<Record<string, unknown>>;
  return (
    (registrationEndpoint === null ||
      (typeof registrationEndpoint === 'string' && registrationEndpoint.length <= 2000)) &&
    typeof evidenceHash === 'string' &&
    /^[0-9a-f]{64}$/.test(evidenceHash)
  );
}

/** The revision of the application to bring the client to; null = the newest. */
function metadataRevision(value: unknown): value is { readonly revision: number | null } {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1) return false;
  const revision = (value as Readonly<Record<string, unknown>>)['revision'];
  return revision === null || (Number.isSafeInteger(revision) && (revision as number) >= 1);
}
