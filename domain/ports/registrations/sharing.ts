import type { Visibility } from '../visibility.ts';

/** Registrations that share a client. */
export interface Sharing {
  /** Active registrations whose own client the given one could use, by id. */
  shareable(
    registration: { registrationId: string; applicationId: string; environment: string; tokenEndpoint: string },
    visibility: Visibility,
    limit: number,
  ): Promise<string[]>;
  /** Registrations that use the client of this one and are not retired. */
  countSharers(registrationId: string): Promise<number>;
}
