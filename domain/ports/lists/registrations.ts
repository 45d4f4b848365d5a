import type { RegistrationView } from '../../registration/view.ts';
import type { Page, PageRequest } from '../page.ts';
import type { Visibility } from '../visibility.ts';

export interface RegistrationFilter {
  readonly phase?: string | undefined;
  readonly credentialHealth?: string | undefined;
  readonly needsAttention?: boolean | undefined;
  readonly applicationId?: string | undefined;
  readonly environment?: string | undefined;
  readonly tenantId?: string | undefined;
  /** FHIR base URL of a launch; one trailing slash ignored, path case kept. */
  readonly iss?: string | undefined;
  /** Substring of tenant id or name, registration id or FHIR base URL. */
  readonly q?: string | undefined;
  /** `registrationId`, `expiresAt`, `rotationDueAt` or `changedAt`, `-` before it for descending. */
  readonly sort?: string | undefined;
}

/** Registrations as callers see them. */
export interface RegistrationList {
  registration(registrationId: string, visibility: Visibility): Promise<RegistrationView | null>;
  registrations(filter: RegistrationFilter, visibility: Visibility, page: PageRequest): Promise<Page<RegistrationView>>;
}
