import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { policyReasons, reasons } from '../../../../domain/reasons/index.ts';
import { initialAccessTokenReason, policyReason } from '../../../../protocols/keycloak/refusals.ts';

const refusal = (name: string, details: string) => ({
  status: 403,
  error: 'insufficient_scope',
  description: `Policy '${name}' rejected request to client-registration service. Details: ${details}`,
});

describe('refusals by a policy', () => {
  test.each([
    ['Trusted Hosts', 'Host not trusted.', 'TrustedHostsPolicyRefused'],
    ['T', "URL doesn't match any trusted host or trusted domain", 'TrustedHostsPolicyRefused'],
    ['T', 'URI is malformed', 'TrustedHostsPolicyRefused'],
    ['C', 'Not permitted to update consentRequired to false', 'ConsentRequiredPolicyRefused'],
    ['M', 'ProtocolMapper type not allowed', 'ProtocolMappersPolicyRefused'],
    ['M', "No existing mapper model found for id '7'", 'ProtocolMappersPolicyRefused'],
    ['S', 'Not permitted to use specified clientScope', 'ClientScopesPolicyRefused'],
    ['F', 'Not permitted to enable fullScopeAllowed', 'FullScopePolicyRefused'],
    ['X', "It's allowed to have max 200 clients per realm", 'MaxClientsPolicyRefused'],
    ['D', 'Not permitted to enable client', 'ClientDisabledPolicyRefused'],
    ['Max Clients Limit', 'zu viele', 'MaxClientsPolicyRefused'],
    ["Unser 'eigener'", 'nein', 'RegistrationPolicyRefused'],
    ['constructor', 'no', 'RegistrationPolicyRefused'],
  ] as const)('%s: %s', (name, details, reason) => {
    expect(policyReason(refusal(name, details))).toBe(reason);
    expect(policyReasons.has(reason)).toBe(true);
    expect(reasons[reason].action).not.toBeNull();
  });

  test.each([
    ['another status', { ...refusal('Trusted Hosts', 'Host not trusted.'), status: 400 }],
    ['another sentence', { status: 403, error: 'insufficient_scope', description: 'Forbidden' }],
    ['nothing said', { status: 403, error: null, description: null }],
  ])('%s is none', (_name, said) => {
    expect(policyReason(said)).toBeNull();
  });
});

const tokenWith = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;

describe('refusals of an initial access token', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  const said = (description: string | null, status = 401) => ({ status, error: 'invalid_token', description });

  test.each([
    ['No remaining count on initial access token', [], 'InitialAccessTokenExhausted'],
    ['Expired initial access token', [], 'InitialAccessTokenExpired'],
    ['Initial Access Token not found', [], 'InitialAccessTokenRevoked'],
    ['Failed decode token', [], 'InitialAccessTokenUnreadable'],
    ['Failed decode token', ['garbage'], 'InitialAccessTokenUnreadable'],
    ['Failed decode token', [tokenWith({ exp: now / 1000 + 60 })], 'InitialAccessTokenUnreadable'],
    ['Failed decode token', [tokenWith({ exp: 0 })], 'InitialAccessTokenUnreadable'],
    ['Failed decode token', [tokenWith({ exp: now / 1000 - 1 })], 'InitialAccessTokenExpired'],
    ['Something else', [], null],
    ['toString', [], null],
    [null, [], null],
  ] as const)('%s', (description, sent, reason) => {
    expect(initialAccessTokenReason(said(description), sent, now)).toBe(reason);
    if (reason !== null) expect(reasons[reason].action).not.toBeNull();
  });

  test('another status is none', () => {
    expect(initialAccessTokenReason(said('Failed decode token', 403), [], now)).toBeNull();
  });

  test('no text makes either throw', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string().map((inner) => refusal(inner, inner).description),
    );
    fc.assert(
      fc.property(text, fc.string(), fc.constantFrom(401, 403), (description, token, status) => {
        policyReason({ status, error: null, description });
        initialAccessTokenReason(
          { status, error: null, description: 'Failed decode token' },
          [token, `.${token}.`],
          now,
        );
      }),
    );
  });
});
