import type { DiscoveryCandidate, DiscoveryView, TaskView } from '../../../../domain/registration/view.ts';

export const candidate: DiscoveryCandidate = {
  registrationEndpoint: 'https://auth.mercy.example/register',
  source: 'oauth-authorization-server',
  evidenceHash: 'ab'.repeat(32),
  sameSite: false,
};

/** What discovery found at a health system with all endpoints. */
export function discoveryView(change: Partial<DiscoveryView> = {}): DiscoveryView {
  return {
    registrationEndpoint: 'https://fhir.mercy.example/register',
    source: 'smart-configuration',
    registrationSource: 'smart-configuration',
    tokenEndpoint: 'https://fhir.mercy.example/token',
    authorizationEndpoint: 'https://fhir.mercy.example/authorize',
    issuer: null,
    jwksUri: null,
    scopesSupported: null,
    capabilities: null,
    tokenEndpointAuthMethods: null,
    findings: [],
    evidence: [],
    ...change,
  };
}

/** An open task that nobody has touched. */
export function taskView(change: Partial<TaskView> = {}): TaskView {
  return {
    kind: 'registration',
    state: 'open',
    since: '2026-11-20T12:00:00.000Z',
    owner: null,
    reference: null,
    submittedAt: null,
    verifiedAt: null,
    note: null,
    vendor: null,
    toldUntil: '2026-11-20T12:00:00.000Z',
    clocks: [],
    ...change,
  };
}
