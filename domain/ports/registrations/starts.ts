import type { EntityStart } from '../../entity/start.ts';

/** What entities start from. */
export interface EntityStarts {
  /** Null when the registration does not exist. */
  entityStart(registrationId: string): Promise<EntityStart | null>;
}
