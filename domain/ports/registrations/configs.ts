import type { MetadataTarget } from '../../operations/intent.ts';
import type { RegistrationConfig } from '../../registration/config.ts';

/** What the operator asked for, by registration. */
export interface RegistrationConfigs {
  /**
   * @param wanted other metadata than those that the client has; null = the newest of each. Null is answered too when
   *   there is no such revision.
   */
  config(
    registrationId: string,
    wanted?: { readonly [Member in keyof MetadataTarget]: number | null },
  ): Promise<RegistrationConfig | null>;
}
