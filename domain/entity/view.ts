import { lifetimeFinding } from '../credential/expiry.ts';
import { clientSecretName, managementSecretName, parseRegistrationId } from '../ids.ts';
import { taskViewOf } from '../people/tasks/taskView.ts';
import type { CredentialState } from '../ports/activities.ts';
import { explain } from '../reasons/index.ts';
import { type HoldView, releasesOf } from '../registration/hold.ts';
import { type CredentialView, clientBindingOf, type Finding, type RegistrationView } from '../registration/view.ts';
import { rfc3339OrNull, toRfc3339 } from '../time/clock.ts';
import { dueOf, requestObstacle, strategyOf } from './health.ts';
import { nextAttemptOf } from './rotation/attempt.ts';
import { shownAttempt } from './shownAttempt.ts';
import type { EntityState, Hold } from './state.ts';
import { isSuspended, shownPhase } from './suspension.ts';
import { timesOf } from './times.ts';

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
    nextAttemptAt: rfc3339OrNull(shownAttempt(state, now)),
    ...(state.hold === null ? {} : { hold: holdView(state.hold) }),
    discovery: state.discovery,
    credential: shown === null ? null : credentialView(shown, state, now),
    scopes: state.scopes,
    appliedRevision: state.appliedRevision,
    desiredRevision: config.revision,
    ownRevision: { applied: state.appliedOwnRevision ?? null, desired: config.ownRevision },
    ...(state.task === null ? {} : { task: taskViewOf(state.task, state, now) }),
    sequence: state.sequence,
  };
}

function suspensionOf(state: EntityState): Pick<RegistrationView, 'suspended'> {
  const { suspended, phase } = state;
  return suspended === null || !isSuspended(state) ? {} : { suspended: { since: toRfc3339(suspended.since), phase } };
}

function holdView({ reason, since }: Hold): HoldView {
  return { reason, releasedBy: releasesOf(reason), since: toRfc3339(since) };
}

function credentialView(credential: CredentialState, state: EntityState, now: number): CredentialView {
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
    ...findingsOf(credential, state, now),
  };
}

/** Warnings, never attentions: of a life so short nobody could do anything in time, of a rotation inside a window. */
function findingsOf(credential: CredentialState, state: EntityState, now: number): Pick<CredentialView, 'findings'> {
  const short = lifetimeFinding(credential, state.config.environmentClass, timesOf(state));
  const inside = isPlannedInside(state, now) ? ('RotationInsideFreezeWindow' as const) : null;
  const reasons = [short, credential.expiryReason ?? null, inside].filter((reason) => reason !== null);
  if (reasons.length === 0) return {};
  const findings = reasons.map((reason): Finding => {
    return { code: findingCodes[reason], severity: 'warning', message: explain(reason) };
  });
  return { findings };
}

const findingCodes = {
  LifetimeVeryShort: 'lifetime-very-short',
  ExpiryNotUsable: 'expiry-not-usable',
  RotationInsideFreezeWindow: 'rotation-inside-freeze-window',
} as const;

/** Whether expiry wins over a freeze window: announced from when it is known (DESIGN section 6), `nextAttemptAt` says when. */
function isPlannedInside(state: EntityState, now: number): boolean {
  if (state.current === null || requestObstacle(state) !== null) return false;
  return nextAttemptOf(state, now, timesOf(state)).moved === 'inside';
}

/** What is shared is the holder's: the application reads it there. */
function secretNameOf(credential: CredentialState, { config }: EntityState): string {
  const owner = parseRegistrationId(config.holderRegistrationId ?? config.registrationId) ?? config;
  return credential.place === 'client' ? clientSecretName(owner) : managementSecretName(owner);
}
