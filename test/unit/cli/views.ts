import { parseRegistrationId } from '../../../domain/ids.ts';
import { type Reason, reasons } from '../../../domain/reasons/index.ts';
import type { Condition } from '../../../domain/registration/conditions.ts';
import type { CredentialView, RegistrationView } from '../../../domain/registration/view.ts';

/** A credential that was issued in September and expires in December 2026. */
export function credentialView(change: Partial<CredentialView> = {}): CredentialView {
  return {
    clientId: 'client-1',
    authMethod: 'client_secret_basic',
    ref: { store: 'database', name: 'smart/mercy/chart-app/production/main/client', versionId: 'v'.repeat(32) },
    issuedAt: '2026-09-21T12:00:00.000Z',
    expiresAt: '2026-12-21T12:00:00.000Z',
    expiryKnown: true,
    clientExpiresAt: null,
    rotationDueAt: '2026-11-30T12:00:00.000Z',
    strategy: 'update',
    provedAt: '2026-11-20T12:00:00.000Z',
    ...change,
  };
}

/** The condition that asks for a person, or says that none is needed. */
export function needsAttention(reason: Reason | null, message?: string): Condition {
  return {
    type: 'NeedsAttention',
    status: reason === null ? 'False' : 'True',
    reason: reason ?? 'NotNeeded',
    message: message ?? reasons[reason ?? 'NotNeeded'].sentence,
    lastTransitionTime: '2026-11-21T11:00:00.000Z',
  };
}

/** An active registration with a healthy credential. */
export function registrationView(registrationId: string, change: Partial<RegistrationView> = {}): RegistrationView {
  const key = parseRegistrationId(registrationId);
  if (key === null) throw new Error(`${registrationId} is no registration id`);
  return {
    registrationId,
    ...key,
    fhirBaseUrl: `https://fhir.${key.tenantId}.example/r4`,
    method: 'auto',
    clientBinding: 'own',
    phase: 'active',
    credentialHealth: 'healthy',
    conditions: [needsAttention(null)],
    nextAttemptAt: null,
    discovery: null,
    credential: credentialView(),
    scopes: null,
    appliedRevision: 1,
    desiredRevision: 1,
    sequence: 1,
    ...change,
  };
}
