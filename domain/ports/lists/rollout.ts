import type { AuthMethod, Method, Phase } from '../../words.ts';
import type { OwnSettings } from '../callers/ownSettings.ts';
import type { Page, PageRequest } from '../page.ts';
import type { Visibility } from '../visibility.ts';

/** A registration in a rollout: what its client has, and what is known of changing it. */
export interface RolloutRow {
  readonly registrationId: string;
  readonly environment: string;
  readonly method: Method;
  readonly phase: Phase;
  readonly clientBinding: 'own' | 'shared';
  readonly client: { readonly authMethod: AuthMethod; readonly manageable: boolean } | null;
  readonly canRegister: boolean;
  /** Null where it is not known, or there is no client. */
  readonly appliedRevision: number | null;
  /** What the registration sets itself, as its client has it and as it is now. */
  readonly appliedOwn: OwnSettings;
  readonly own: OwnSettings;
}

/** What a change of metadata would reach. */
export interface RolloutList {
  /** Registrations of an application that are not retired or being so, by their id. */
  rolloutRows(applicationId: string, visibility: Visibility, page: PageRequest): Promise<Page<RolloutRow>>;
}
