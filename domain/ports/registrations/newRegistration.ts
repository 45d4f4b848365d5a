import type { Method } from '../../words.ts';
import type { DiscoveryHeaders } from '../ledgers/discoveryHeaders.ts';

export interface NewRegistration {
  readonly applicationId: string;
  readonly environment: string;
  readonly endpointId: string;
  readonly fhirBaseUrl: string;
  readonly method: Method;
  readonly registrationEndpoint: string | null;
  readonly issuer: string | null;
  /** Sealed in the same transaction. */
  readonly discoveryHeaders?: DiscoveryHeaders | undefined;
  /** Registration whose client it uses; null = it gets its own. */
  readonly shareWith: string | null;
  /** RFC 7396 patch on the application's metadata. */
  readonly clientMetadata: unknown;
  /** Sealed at once, in the same transaction, under a new operation id; claimed with it, so never swept. */
  readonly initialAccessToken: string | null;
}
