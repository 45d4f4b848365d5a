import { lifetimeFinding } from '../credential/expiry.ts';
import { clientSecretName, managementSecretName, parseRegistrationId } from '../ids.ts';
import { taskViewOf } from '../people/tasks/taskView.ts';
import type { CredentialState } from '../ports/activities.ts';
import { explain } from '../reasons/index.ts';
import { type HoldView, releasesOf } from '../registration/hold.ts';
import { type CredentialView, clientBindingOf, type Finding, type RegistrationView } from '../registration/view.ts';
import { rfc3339OrNull, toRfc3339 } from '../time/clock.ts';
import { defaultTimePolicy } from '../time/policy.ts';
import { dueOf, strategyOf } from './health.ts';
import { shownAttempt } from './rotation/attempt.ts';
import type { EntityState, Hold } from './state.ts';
import { isSuspended, shownPhase } from './suspension.ts';

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
    phase: shownPhase(state),
    ...suspensionOf(state),
    credentialHealth: state.credentialHealth,
    conditions: state.conditions,
    nextAttemptAt: rfc3339OrNull(attemptOf(state, now)),
    ...(state.hold === null ? {} : { hold: holdView(state.hold) }),
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

/** Nothing is tried by itself while it is suspended, nor what is held. */
function attemptOf(state: EntityState, now: number): number | null {
  if (isSuspended(state)) return null;
  return state.nextAttemptAt ?? (state.hold === null ? shownAttempt(state, now, defaultTimePolicy) : null);
}

function suspensionOf(state: EntityState): Pick<RegistrationView, 'suspended'> {
  const { suspended, phase } = state;
  return suspended === null || !isSuspended(state) ? {} : { suspended: { since: toRfc3339(suspended.since), phase } };
}

function holdView({ reason, since }: Hold): HoldView {
  return { reason, releasedBy: releasesOf(reason), since: toRfc3339(since) };
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
    ...findingsOf(credential, state),
  };
}

/** Warnings, never attentions: of a life so short nobody could do anything in time. */
function findingsOf(credential: CredentialState, { config }: EntityState): Pick<CredentialView, 'findings'> {
  const short = lifetimeFinding(credential, config.environmentClass, defaultTimePolicy);
  const reasons = [short, credential.expiryReason ?? null].filter((reason) => reason !== null);
  if (reasons.length === 0) return {};
  const findings = reasons.map((reason): Finding => {
    return { code: findingCodes[reason], severity: 'warning', message: explain(reason) };
  });
  return { findings };
}

const findingCodes = { LifetimeVeryShort: 'lifetime-very-short', ExpiryNotUsable: 'expiry-not-usable' } as const;

/** What is shared is the holder's: the application reads it there. */
function secretNameOf(credential: CredentialState, { config }: EntityState): string {
  const owner = parseRegistrationId(config.holderRegistrationId ?? config.registrationId) ?? config;
  return credential.place === 'client' ? clientSecretName(owner) : managementSecretName(owner);
}
