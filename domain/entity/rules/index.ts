import type { OperationKind } from '../../operations/details.ts';
import { acceptCurrent } from './acceptCurrent.ts';
import { approveEndpoint } from './approveEndpoint.ts';
import { changeMetadata } from './changeMetadata.ts';
import { discover } from './discover.ts';
import { overwrite } from './overwrite.ts';
import { reportLaunch } from './reportLaunch.ts';
import { resume } from './resume.ts';
import { retire } from './retire.ts';
import { retry } from './retry.ts';
import { rotate } from './rotate.ts';
import type { Rule } from './rule.ts';
import { shareClient } from './shareClient.ts';
import { supplyCredential } from './supplyCredential.ts';
import { supplyInitialAccessToken } from './supplyInitialAccessToken.ts';
import { suspend } from './suspend.ts';
import { updateTask } from './updateTask.ts';
import { verify } from './verify.ts';

/** What an entity knows of each kind of operation. */
export const rules: { readonly [Kind in OperationKind]: Rule<Kind> } = {
  acceptCurrent,
  approveEndpoint,
  changeMetadata,
  discover,
  overwrite,
  reportLaunch,
  resume,
  retire,
  retry,
  rotate,
  supplyCredential,
  shareClient,
  supplyInitialAccessToken,
  suspend,
  updateTask,
  verify,
};
