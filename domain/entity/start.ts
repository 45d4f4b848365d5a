import type { UnsettledRequest } from '../ports/entityState.ts';
import type { RegistrationConfig } from '../registration/config.ts';
import type { RegistrationView } from '../registration/view.ts';

/** What a new entity without a recorded state starts from. */
export interface EntityStart {
  readonly config: RegistrationConfig;
  /** Last recorded view, or null. */
  readonly view: RegistrationView | null;
  /** Last recorded sequence, 0 when there is none. */
  readonly sequence: number;
  /** The request that is not settled. */
  readonly unsettled: UnsettledRequest | null;
  /** Operation id of the newest unspent entered initial access token. */
  readonly initialAccessTokenRef: string | null;
}
