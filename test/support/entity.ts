import { applicationSchema } from '../../domain/client/metadata.ts';
import { listedClients } from '../../domain/entity/clients/known.ts';
import { type EntityState, initialState } from '../../domain/entity/state.ts';
import type { CredentialState, RequestOutcome, ShownClient } from '../../domain/ports/activities.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import type { DiscoveryView } from '../../domain/registration/view.ts';

/** Fixed start of time in entity tests, milliseconds since the epoch. */
export const t0 = Date.UTC(2026, 0, 1);

export const application = applicationSchema.parse({
  clientMetadata: {
    client_name: 'Example',
    redirect_uris: ['https://app.example.org/callback'],
    scope: 'launch launch/patient openid fhirUser patient/*.rs',
  },
});

export function configOf(patch: Partial<RegistrationConfig> = {}): RegistrationConfig {
  return {
    registrationId: 'mercy.app.sandbox.main',
    tenantId: 'mercy',
    applicationId: 'app',
    environment: 'sandbox',
    environmentClass: 'nonProduction',
    endpointId: 'main',
    fhirBaseUrl: 'https://fhir.example.org/r4',
    method: 'auto',
    registrationEndpoint: null,
    issuer: null,
    holderRegistrationId: null,
    revision: 1,
    ownRevision: 0,
    metadata: application.clientMetadata,
    authMethods: application.authMethods,
    rotationPolicy: {},
    policies: application.policies,
    ...patch,
  };
}

export function stateOf(patch: Partial<EntityState> = {}, config: Partial<RegistrationConfig> = {}): EntityState {
  const start = { config: configOf(config), view: null, sequence: 1, unsettled: null, initialAccessTokenRef: null };
  const state = { ...initialState(start), ...patch };
  // As after a registration: it is known what each client has.
  const clients = listedClients(state).map((client) => ({
    ...client,
    appliedMetadata: client.appliedMetadata ?? application.clientMetadata,
    appliedAt: client.appliedAt ?? t0,
  }));
  return patch.clients === undefined ? { ...state, clients } : state;
}

/** What an answer showed of a client that has what was asked for. */
export function shownClientOf(clientId: string, patch: Partial<ShownClient> = {}): ShownClient {
  return { clientId, metadata: { ...application.clientMetadata }, at: t0, differs: [], ...patch };
}

/** A read that was answered with the token that it was made with. */
export function readOutcomeOf(clientId: string, patch: Partial<ShownClient> = {}): RequestOutcome {
  const scopes = { requested: [], advertised: null, registered: null, granted: null, differences: [] };
  const client = shownClientOf(clientId, patch);
  return { kind: 'read', client, keptToken: true, manageable: true, conditions: [], scopes };
}

export function discoveryOf(patch: Partial<DiscoveryView> = {}): DiscoveryView {
  return {
    registrationEndpoint: 'https://auth.example.org/register',
    source: 'smart-configuration',
    registrationSource: 'smart-configuration',
    tokenEndpoint: 'https://auth.example.org/token',
    authorizationEndpoint: 'https://auth.example.org/authorize',
    issuer: 'https://auth.example.org',
    jwksUri: null,
    scopesSupported: null,
    capabilities: null,
    tokenEndpointAuthMethods: null,
    findings: [],
    evidence: [],
    ...patch,
  };
}

/** A secret of 90 days issued at {@link t0}. */
export function credentialOf(patch: Partial<CredentialState> = {}): CredentialState {
  return {
    clientId: 'client-1',
    authMethod: 'client_secret_basic',
    store: 'database',
    place: 'client',
    versionId: '0'.repeat(32),
    issuedAt: t0,
    expiresAt: t0 + 90 * 86_400_000,
    expiryKnown: true,
    provedAt: t0,
    manageable: true,
    ...patch,
  };
}
