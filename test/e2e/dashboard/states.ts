import { type Reason, reasons } from '../../../domain/reasons/index.ts';
import type { Condition } from '../../../domain/registration/conditions.ts';
import type { RegistrationView } from '../../../domain/registration/view.ts';

const hour = 3_600_000;

/** RFC 3339 text of a time so many hours from now. */
export function hoursFromNow(hours: number): string {
  return new Date(Date.now() + hours * hour).toISOString();
}

function condition(type: Condition['type'], status: Condition['status'], reason: Reason, message?: string): Condition {
  const sentence = message ?? reasons[reason].sentence;
  return { type, status, reason, message: sentence, lastTransitionTime: hoursFromNow(-2) };
}

/** What a peer may send to a page: everything that would be markup, script or style. */
export const hostileText = `<img src=x onerror="window.owned=1"><script>window.owned=1</script><b style="position:fixed">no`;

/** What is true of a registration that works. */
export function active(tenantId: string, versionId = 'a'.repeat(32)): Partial<RegistrationView> {
  return {
    phase: 'active',
    credentialHealth: 'healthy',
    conditions: [
      condition('Discovered', 'True', 'DocumentRead'),
      condition('Registered', 'True', 'ClientRegistered'),
      condition('ScopesRegistered', 'False', 'ScopesDiffer', 'patient/Observation.rs is missing.'),
      condition('CredentialProved', 'True', 'ProofSucceeded'),
      condition('LaunchProved', 'Unknown', 'NotReported'),
      condition('NeedsAttention', 'False', 'NotNeeded'),
    ],
    discovery: {
      registrationEndpoint: `https://auth.${tenantId}.example/register`,
      source: 'smart-configuration',
      registrationSource: 'oauth-authorization-server',
      tokenEndpoint: `https://auth.${tenantId}.example/token`,
      authorizationEndpoint: `https://auth.${tenantId}.example/authorize`,
      issuer: `https://auth.${tenantId}.example`,
      jwksUri: null,
      scopesSupported: ['openid'],
      capabilities: ['launch-standalone'],
      tokenEndpointAuthMethods: ['client_secret_basic'],
      findings: [{ code: 'issuer-elsewhere', severity: 'warning', message: hostileText }],
      evidence: [
        {
          url: `https://fhir.${tenantId}.example/r4/.well-known/smart-configuration`,
          sha256: 'ab'.repeat(32),
          fetchedAt: hoursFromNow(-2),
          status: 200,
          bytes: 2310,
        },
      ],
    },
    credential: {
      clientId: `client-of-${tenantId}`,
      authMethod: 'client_secret_basic',
      ref: { store: 'database', name: `smart/${tenantId}/chart-app/production/main/client`, versionId },
      issuedAt: hoursFromNow(-48),
      expiresAt: hoursFromNow(24 * 30),
      expiryKnown: true,
      clientExpiresAt: null,
      rotationDueAt: hoursFromNow(24 * 20),
      strategy: 'update',
      provedAt: hoursFromNow(-1),
    },
    scopes: {
      requested: ['launch/patient', 'openid', 'fhirUser', 'patient/Observation.rs'],
      advertised: ['openid'],
      registered: ['launch/patient', 'openid', 'fhirUser'],
      granted: null,
      differences: [{ scope: 'patient/Observation.rs', kind: 'not-registered', message: 'asked for, not registered' }],
    },
    appliedRevision: 1,
  };
}

/** What is true of a registration that needs a person. */
export function attention(
  phase: RegistrationView['phase'],
  reason: Reason,
  message: string,
): Partial<RegistrationView> {
  return { phase, conditions: [condition('NeedsAttention', 'True', reason, message)] };
}

/** What is true of a registration that a person carries out; the task is handed in, verified, and late. */
export function byHand(tenantId: string, text: string): Partial<RegistrationView> {
  const { discovery } = active(tenantId);
  if (discovery == null) throw new Error('an active registration is discovered');
  const clock = { owedBy: text, applies: 'if-certified', doneAt: null } as const;
  return {
    ...attention('manual_required', 'NoRegistrationEndpoint', text),
    method: 'manual',
    discovery: { ...discovery, registrationEndpoint: null, registrationSource: 'none' },
    task: {
      kind: 'registration',
      state: 'submitted',
      since: hoursFromNow(-500),
      owner: text,
      reference: text,
      submittedAt: hoursFromNow(-400),
      verifiedAt: null,
      note: text,
      vendor: { playbookId: 'epic', certified: 'unknown', developer: text, expectedWait: 14 * 24 * hour },
      toldUntil: hoursFromNow(-1),
      clocks: [
        {
          ...clock,
          duty: 'verify',
          citation: '45 CFR 170.404(b)(1)(i)',
          state: 'missed',
          startedAt: hoursFromNow(-400),
          dueAt: hoursFromNow(-40),
          dueOn: '2026-11-19',
        },
        {
          ...clock,
          duty: 'enable',
          citation: '45 CFR 170.404(b)(1)(ii)',
          state: 'not-started',
          startedAt: null,
          dueAt: null,
          dueOn: null,
        },
      ],
    },
  };
}

/** A registration endpoint that waits for an administrator, at `auth.{tenantId}.example`. */
export function waitsForApproval(tenantId: string, path = 'register'): Partial<RegistrationView> {
  const { discovery } = active(tenantId);
  if (discovery == null) throw new Error('an active registration is discovered');
  return {
    ...attention('awaiting_approval', 'EndpointApprovalNeeded', 'It waits.'),
    discovery: {
      ...discovery,
      registrationEndpoint: null,
      registrationSource: 'none',
      candidate: {
        registrationEndpoint: `https://auth.${tenantId}.example/${path}`,
        source: 'oauth-authorization-server',
        evidenceHash: 'cd'.repeat(32),
        sameSite: false,
      },
    },
  };
}
