import { toRfc3339 } from '../clock.ts';
import { clientSecretName, managementSecretName } from '../ids.ts';
import type { CredentialState } from '../ports.ts';
import type { CredentialView, RegistrationView } from '../registrationView.ts';
import { dueOf, strategyOf } from './health.ts';
import type { EntityState } from './state.ts';

/** The projection of a state: what the API answers and the read model holds. */
export function viewOf(state: EntityState): RegistrationView {
  const { config } = state;
  const shown = state.current ?? state.pending;
  return {
    registrationId: state.registrationId,
    tenantId: config.tenantId,
    applicationId: config.applicationId,
    environment: config.environment,
    endpointId: config.endpointId,
    fhirBaseUrl: config.fhirBaseUrl,
    method: config.method,
    clientBinding: 'own',
    phase: state.phase,
    credentialHealth: state.credentialHealth,
    conditions: state.conditions,
    nextAttemptAt: rfc3339OrNull(state.nextAttemptAt),
    discovery: state.discovery,
    credential: shown === null ? null : credentialView(shown, state),
    scopes: state.scopes,
    appliedRevision: state.appliedRevision,
    desiredRevision: config.revision,
    sequence: state.sequence,
  };
}

function credentialView(credential: CredentialState, state: EntityState): CredentialView {
  return {
    clientId: credential.clientId,
    authMethod: credential.authMethod,
    ref: { store: credential.store, name: secretNameOf(credential, state), versionId: credential.versionId },
    issuedAt: toRfc3339(credential.issuedAt),
    expiresAt: rfc3339OrNull(credential.expiresAt),
    expiryKnown: credential.expiryKnown,
    clientExpiresAt: rfc3339OrNull(credential.clientExpiresAt ?? null),
    rotationDueAt: rfc3339OrNull(dueOf(state)),
    strategy: strategyOf(credential, state),
    provedAt: rfc3339OrNull(credential.provedAt),
  };
}

function secretNameOf(credential: CredentialState, state: EntityState): string {
  return credential.place === 'client' ? clientSecretName(state.config) : managementSecretName(state.config);
}

function rfc3339OrNull(milliseconds: number | null): string | null {
  return milliseconds === null ? null : toRfc3339(milliseconds);
}
