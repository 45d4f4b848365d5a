import { describe, expect, it } from 'vitest';
import type { NewRegistration } from '../../../../../domain/ports/registrations/newRegistration.ts';
import type { CredentialView } from '../../../../../domain/registration/view.ts';
import { initialView } from '../../../../../stores/records/registrations/initialView.ts';
import { projectionOf } from '../../../../../stores/records/registrations/projection.ts';

const registration: NewRegistration = {
  applicationId: 'app',
  environment: 'production',
  endpointId: 'main',
  fhirBaseUrl: 'https://ehr.example/fhir',
  method: 'auto',
  registrationEndpoint: null,
  issuer: null,
  clientMetadata: null,
  initialAccessToken: null,
  shareWith: null,
};
const at = '2026-11-21T09:00:00Z';
const view = initialView('tenant', registration, 3, 1, at);

describe('projectionOf', () => {
  it('takes the columns of a new registration', () => {
    expect(projectionOf(view, at, 1)).toEqual({
      client_expires_at: null,
      phase: 'discovering',
      method: 'auto',
      holder_registration_id: null,
      credential_health: 'none',
      needs_attention: false,
      next_attempt_at: null,
      expires_at: null,
      rotation_due_at: null,
      changed_at: '2026-11-21T09:00:00.000Z',
      applied_revision: null,
      desired_revision: 3,
      sequence: 1,
    });
  });

  it.each([
    ['2026-12-01T00:00:00Z', '2026-12-01T00:00:00.000Z'],
    ['+275760-09-13T00:00:00.000Z', '9999-12-31T23:59:59.999Z'],
    ['-000001-01-01T00:00:00.000Z', null],
    ['soon', null],
    ['', null],
    [null, null],
  ])('sorts expiry %s as %s', (expiresAt, column) => {
    const credential = { expiresAt, rotationDueAt: null } as CredentialView;
    expect(projectionOf({ ...view, credential }, at, 2).expires_at).toBe(column);
  });

  it('needs attention exactly when the condition says so', () => {
    const conditionOf = (status: 'True' | 'False' | 'Unknown') =>
      view.conditions.map((condition) => (condition.type === 'NeedsAttention' ? { ...condition, status } : condition));
    const statuses = ['True', 'False', 'Unknown'] as const;
    const needs = statuses.map(
      (status) => projectionOf({ ...view, conditions: conditionOf(status) }, at, 2).needs_attention,
    );
    expect(needs).toEqual([true, false, false]);
  });
});
