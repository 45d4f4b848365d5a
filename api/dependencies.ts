import type { PageState } from '../domain/client/lint/profiles.ts';
import type { EntityClient } from '../domain/operations/request.ts';
import type { Playbooks } from '../domain/people/playbooks/playbook.ts';
import type { Applications } from '../domain/ports/callers/applications.ts';
import type { BulkOperations } from '../domain/ports/callers/bulkOperations.ts';
import type { Idempotency } from '../domain/ports/callers/idempotency.ts';
import type { Keys } from '../domain/ports/callers/keys.ts';
import type { OwnSettingsRevisions } from '../domain/ports/callers/ownSettings.ts';
import type { Sessions } from '../domain/ports/callers/sessions.ts';
import type { Tenants } from '../domain/ports/callers/tenants.ts';
import type { OperationLedger } from '../domain/ports/entityState.ts';
import type { ClientHolderLedger } from '../domain/ports/ledgers/clientHolders.ts';
import type { ClientKeyLedger } from '../domain/ports/ledgers/clientKeys.ts';
import type { DiscoveryHeaderLedger } from '../domain/ports/ledgers/discoveryHeaders.ts';
import type { EnteringSecretLedger } from '../domain/ports/ledgers/enteringSecrets.ts';
import type { EventList } from '../domain/ports/lists/events.ts';
import type { InitialAccessTokenList } from '../domain/ports/lists/initialAccessTokens.ts';
import type { OrphanList } from '../domain/ports/lists/orphans.ts';
import type { PausedOrigins } from '../domain/ports/lists/pausedOrigins.ts';
import type { RegistrationList } from '../domain/ports/lists/registrations.ts';
import type { RolloutList } from '../domain/ports/lists/rollout.ts';
import type { FleetSummary } from '../domain/ports/lists/summary.ts';
import type { Readiness } from '../domain/ports/readiness.ts';
import type { RegistrationConfigs } from '../domain/ports/registrations/configs.ts';
import type { Sharing } from '../domain/ports/registrations/sharing.ts';
import type { StartRequests } from '../domain/ports/registrations/startRequests.ts';
import type { AuthorizationServerChanges } from '../domain/ports/servers/changes.ts';
import type { AuthorizationServerList } from '../domain/ports/servers/list.ts';
import type { DiscoveryView } from '../domain/registration/view.ts';
import type { KeycloakClients } from '../domain/servers/keycloakClients.ts';
import type { Clock } from '../domain/time/clock.ts';

/** Everything that the API ever logs: never a header, a body, or a URL with what stands in it. */
export interface ApiLogFields {
  readonly requestId?: string;
  readonly method?: string;
  /** Pattern of the route. */
  readonly route?: string | undefined;
  readonly status?: number;
  readonly durationMilliseconds?: number;
  /** Who asked. */
  readonly keyId?: string | undefined;
  readonly registrationId?: string;
  readonly operationKind?: string;
}

type WriteLine = (event: string, fields?: ApiLogFields, error?: unknown) => void;

/** Writes one line about an event, a constant; reduces an error to what may be told. `Log` of `runtime/` is one. */
export interface ApiLogger {
  readonly info: WriteLine;
  readonly warn: WriteLine;
  readonly error: WriteLine;
}

/** Of the records, what the API uses. */
export type ApiRecords = Applications &
  AuthorizationServerChanges &
  AuthorizationServerList &
  BulkOperations &
  Pick<ClientHolderLedger, 'clientHolder'> &
  Pick<ClientKeyLedger, 'clientKeys' | 'jwksIdOf'> &
  DiscoveryHeaderLedger &
  EventList &
  FleetSummary &
  Idempotency &
  Pick<InitialAccessTokenList, 'initialAccessTokens'> &
  Keys &
  Pick<OperationLedger, 'addOperation' | 'acceptOperation' | 'dropOperation'> &
  OrphanList &
  OwnSettingsRevisions &
  PausedOrigins &
  Readiness &
  RegistrationList &
  RolloutList &
  Sessions &
  Sharing &
  Pick<StartRequests, 'putOffStart'> &
  Tenants;

/** What the API is made of; `runtime/` wires it. */
export interface ApiDependencies {
  readonly records: ApiRecords;
  readonly entities: EntityClient;
  /** What the operator asked for. */
  readonly registrationConfig: RegistrationConfigs['config'];
  readonly putEnteringSecret: EnteringSecretLedger['putEnteringSecret'];
  /**
   * Whether the guarded client would speak to a URL (DESIGN section 9): scheme, literal address, and what the name
   * resolves to now. `url-not-allowed` and `address-not-allowed` refuse it; a name that does not resolve now is taken,
   * and becomes a finding. The message may be shown.
   */
  readonly checkUrl: (
    url: string,
  ) => Promise<{ readonly ok: true } | { readonly ok: false; readonly code: string; readonly message: string }>;
  /** Clients of Keycloak realms, beside the registrations. */
  readonly keycloak: Pick<KeycloakClients, 'carryOut'>;
  /** Looks at a health system without any effect; for preflight. */
  readonly discovery: {
    /**
     * Reads the discovery documents. Rejects with RegistrarFailure `DiscoveryFailed`, `PeerNotAnswering` or
     * `AddressNotAllowed` when nothing usable can be read.
     */
    read(argument: {
      readonly fhirBaseUrl: string;
      readonly registrationEndpoint: string | null;
      readonly issuer: string | null;
      /** Stay on the origin of the FHIR base URL. Values may be secret. */
      readonly headers: Readonly<Record<string, string>>;
    }): Promise<DiscoveryView>;
    /** Whether a page of client metadata answers at its own URL. Never rejects. */
    checkPage(url: string): Promise<PageState>;
    /** Whether a caller may give a header of this name and value. */
    takesHeader(name: string, text: string): boolean;
  };
  /** Keyed hash of a request, as hex (DESIGN section 8, label `idempotency-mac`). */
  readonly macs: { idempotency(data: string): string };
  /** Rejects when the secret store cannot be used. */
  readonly checkSecretStore: () => Promise<void>;
  /** How many answers wait in the spool of this instance; left out = it has none. */
  readonly spoolDepth?: () => Promise<number>;
  readonly clock: Clock;
  readonly playbooks: Playbooks;
  /** False = nothing is logged. */
  readonly logger: ApiLogger | false;
  /** `REGISTRAR_PUBLIC_URL`; null = plain http on loopback. */
  readonly publicUrl: string | null;
  /** Where the built dashboard is; null = none is served. */
  readonly dashboardDirectory: string | null;
  /** Host names, without port, that requests may name besides loopback and that of `publicUrl`. */
  readonly allowedHostNames: readonly string[];
  readonly limits?: Partial<ApiLimits>;
}

/** Limits of the API. Raise them for a trusted network; lower them where strangers can reach the port. */
export interface ApiLimits {
  /** Requests of one principal (or address, before authentication) and minute. */
  readonly requestsPerMinute: number;
  /** Unknown routes that one address may ask for in a minute. */
  readonly unknownRoutesPerMinute: number;
  /** Refused credentials of one address and minute. */
  readonly refusalsPerMinute: number;
  /** Retirements of one principal and hour. */
  readonly retirementsPerHour: number;
  /** Forced rotations of one principal and hour. */
  readonly rotationsPerHour: number;
  /** Credentials that one principal supplies in the place of proved ones in an hour. */
  readonly suppliesPerHour: number;
  /** Open event streams of one principal. */
  readonly streamsPerPrincipal: number;
  /** Milliseconds between two looks for new events, shared by all streams. */
  readonly pollInterval: number;
  /** Milliseconds between two comments on an idle stream, and two checks of its credential. */
  readonly heartbeatInterval: number;
}

export const defaultLimits: ApiLimits = {
  requestsPerMinute: 6_000,
  unknownRoutesPerMinute: 300,
  refusalsPerMinute: 120,
  retirementsPerHour: 10,
  rotationsPerHour: 50,
  suppliesPerHour: 50,
  streamsPerPrincipal: 20,
  pollInterval: 250,
  heartbeatInterval: 15_000,
};

/** The limits in force. */
export function limitsOf(dependencies: ApiDependencies): ApiLimits {
  return { ...defaultLimits, ...dependencies.limits };
}
