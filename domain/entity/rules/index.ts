import type { OperationKind } from '../../operations/details.ts';
import { approveEndpoint } from './approveEndpoint.ts';
import { changeMetadata } from './changeMetadata.ts';
import { discover } from './discover.ts';
import { reportLaunch } from './reportLaunch.ts';
import { retire } from './retire.ts';
import { rotate } from './rotate.ts';
import type { Rule } from './rule.ts';
import { shareClient } from './shareClient.ts';
import { supplyCredential } from './supplyCredential.ts';
import { supplyInitialAccessToken } from './supplyInitialAccessToken.ts';
import { updateTask } from './updateTask.ts';
import { verify } from './verify.ts';

/** What an entity knows of each kind of operation. */
export const rules: { readonly [Kind in OperationKind]: Rule<Kind> } = {
  approveEndpoint,
  changeMetadata,
  discover,
  reportLaunch,
  retire,
  rotate,
  supplyCredential,
  shareClient,
  supplyInitialAccessToken,
  updateTask,
  verify,
};
