import type { Policies, RotationPolicy } from '../client/metadata.ts';
import type { EnvironmentClass, Method } from '../words.ts';

/** What the operator asked for; the entity reads it, the API writes it. */
export interface RegistrationConfig {
  readonly registrationId: string;
  readonly tenantId: string;
  readonly applicationId: string;
  readonly environment: string;
  readonly environmentClass: EnvironmentClass;
  readonly endpointId: string;
  readonly fhirBaseUrl: string;
  readonly method: Method;
  /** Given by an administrator; outranks discovery. */
  readonly registrationEndpoint: string | null;
  readonly issuer: string | null;
  /** Whose client it uses; null = its own. */
  readonly holderRegistrationId: string | null;
  /**
   * Revision of the application that `metadata` was made from: the newest until a client is registered, then the one
   * that the client has. `rotationPolicy`, `environmentClass`
   * and `policies`, but for `trimScopes`, which changes what is sent, follow the newest always.
   */
  readonly revision: number;
  /** Likewise of what the registration sets itself; 0 = as it was added. */
  readonly ownRevision: number;
  /** Effective client metadata (application ← environment ← registration). */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly authMethods: readonly string[];
  readonly rotationPolicy: RotationPolicy;
  readonly policies: Policies;
}
