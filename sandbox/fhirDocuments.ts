import { assertionAlgorithms, clientAuthMethods } from './clientAuthentication.ts';
import type { SystemKind } from './options.ts';
import { scopes } from './smartScopes.ts';

/** Endpoints of a simulated authorization server; the paths are oidc-provider's own. */
export function endpointsOf(issuer: string, kind: SystemKind) {
  return {
    authorize: `${issuer}/auth`,
    token: `${issuer}/token`,
    register: kind === 'no-registration' ? null : `${issuer}/reg`,
  };
}

/** SMART configuration (SMART App Launch 2.2). */
export function smartConfigurationOf(issuer: string, kind: SystemKind): Record<string, unknown> {
  const { authorize, token, register } = endpointsOf(issuer, kind);
  return {
    issuer,
    jwks_uri: `${issuer}/jwks`,
    authorization_endpoint: authorize,
    token_endpoint: token,
    ...(register === null ? {} : { registration_endpoint: register }),
    token_endpoint_auth_methods_supported: clientAuthMethods,
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    grant_types_supported: ['authorization_code', 'client_credentials'],
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: scopes,
    capabilities: [
      'launch-ehr',
      'launch-standalone',
      'client-public',
      'client-confidential-symmetric',
      'client-confidential-asymmetric',
      'context-ehr-patient',
      'context-standalone-patient',
      'sso-openid-connect',
      'permission-offline',
      'permission-patient',
      'permission-user',
      'permission-v1',
      'permission-v2',
    ],
  };
}

/** CapabilityStatement of FHIR R4 with the OAuth extension. */
export function capabilityStatementOf(issuer: string, kind: SystemKind): Record<string, unknown> {
  const uris = Object.entries(endpointsOf(issuer, kind)).filter(([, valueUri]) => valueUri !== null);
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: '2026-01-01',
    kind: 'instance',
    fhirVersion: '4.0.1',
    format: ['json'],
    rest: [
      {
        mode: 'server',
        security: {
          extension: [
            {
              url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris',
              extension: uris.map(([url, valueUri]) => ({ url, valueUri })),
            },
          ],
        },
        resource: [{ type: 'Patient' }, { type: 'Observation' }],
      },
    ],
  };
}
