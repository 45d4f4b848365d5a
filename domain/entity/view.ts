import { clientSecretName, managementSecretName, parseRegistrationId } from '../ids.ts';
import { taskViewOf } from '../people/tasks/taskView.ts';
import type { CredentialState } from '../ports/activities.ts';
import { type CredentialView, clientBindingOf, type RegistrationView } from '../registration/view.ts';
import { rfc3339OrNull, toRfc3339 } from '../time/clock.ts';
import { dueOf, strategyOf } from './health.ts';
import type { EntityState } from './state.ts';

/** The projection of a state at a time: what the API answers and the read model holds. */
export function viewOf(state: EntityState, now: number): RegistrationView {
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
    ...clientBindingOf(config.holderRegistrationId),
    phase: state.phase,
    credentialHealth: state.credentialHealth,
    conditions: state.conditions,
    nextAttemptAt: rfc3339OrNull(state.nextAttemptAt),
    discovery: state.discovery,
    credential: shown === null ? null : credentialView(shown, state),
    scopes: state.scopes,
    appliedRevision: state.appliedRevision,
    desiredRevision: config.revision,
    ownRevision: { applied: state.appliedOwnRevision ?? null, desired: config.ownRevision },
    ...(state.task === null ? {} : { task: taskViewOf(state.task, state, now) }),
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
    manageable: credential.manageable,
    provedAt: rfc3339OrNull(credential.provedAt),
  };
}

/** What is shared is the holder's: the application reads it there. */
function secretNameOf(credential: CredentialState, { config }: EntityState): string {
  const owner = parseRegistrationId(config.holderRegistrationId ?? config.registrationId) ?? config;
  return credential.place === 'client' ? clientSecretName(owner) : managementSecretName(owner);
}
