import type { RegistrationConfig } from '../registration/config.ts';
import type { RegistrationView } from '../registration/view.ts';

/** What a new entity, or one rebuilt after Temporal lost its data, starts from. */
export interface EntityStart {
  readonly config: RegistrationConfig;
  /** Last recorded view, or null. */
  readonly view: RegistrationView | null;
  /** Last recorded sequence, 0 when there is none. */
  readonly sequence: number;
  /** The intent whose outcome the view does not show yet: unsettled, or applied and never recorded. */
  readonly openIntentId: string | null;
  /** Operation id of the newest unspent entered initial access token. */
  readonly initialAccessTokenRef: string | null;
}
