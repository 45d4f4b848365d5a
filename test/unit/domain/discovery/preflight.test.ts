import { describe, expect, test } from 'vitest';
import type { PageState } from '../../../../domain/client/lint/profiles.ts';
import { applicationSchema } from '../../../../domain/client/metadata.ts';
import {
  type DiscoveryReading,
  nextActions,
  pagesToCheck,
  preflightReport,
} from '../../../../domain/discovery/preflight.ts';
import type { DiscoveryView } from '../../../../domain/registration/view.ts';

const metadata = {
  client_name: 'Growth Chart',
  redirect_uris: ['https://app.example/callback'],
  scope: 'launch openid fhirUser patient/Observation.rs',
  contacts: ['smart@app.example'],
};
const application = (changes: object = {}, more: object = {}) =>
  applicationSchema.parse({ clientMetadata: { ...metadata, ...changes }, ...more });

const found: DiscoveryView = {
  registrationEndpoint: 'https://ehr.example/register',
  registrationSource: 'smart-configuration',
  source: 'smart-configuration',
  tokenEndpoint: 'https://ehr.example/token',
  authorizationEndpoint: 'https://ehr.example/authorize',
  issuer: 'https://ehr.example',
  jwksUri: null,
  scopesSupported: ['launch', 'openid', 'patient/*.read'],
  capabilities: ['permission-v2'],
  tokenEndpointAuthMethods: ['client_secret_basic'],
  findings: [],
  evidence: [],
};
const read = (changes: Partial<DiscoveryView> = {}): DiscoveryReading => ({
  kind: 'read',
  discovery: { ...found, ...changes },
});
const failed = (reason: 'DiscoveryFailed' | 'PeerNotAnswering' | 'AddressNotAllowed'): DiscoveryReading => ({
  kind: 'failed',
  reason,
  message: 'SMART configuration: 404',
});
const waiting: Partial<DiscoveryView> = {
  registrationEndpoint: null,
  registrationSource: 'none',
  candidate: {
    registrationEndpoint: 'https://idp.example/register',
    source: 'openid-configuration',
    evidenceHash: 'a'.repeat(64),
    sameSite: false,
  },
};
const production = { application: application(), environment: 'production' };
const wrong = { application: application({ scope: 'patient/observation.rs' }), environment: 'production' };
const discoveryError = { findings: [{ code: 'endpoint-not-https', severity: 'error' as const, message: 'Ignored.' }] };

describe('method and next action', () => {
  test.each<[string, DiscoveryReading, typeof production | null, string | null, keyof typeof nextActions]>([
    ['a registration endpoint, in production', read(), production, 'dynamic', 'getToken'],
    [
      'where the policy lets anonymous registration be',
      read(),
      { application: application({}, { policies: { allowAnonymous: true } }), environment: 'production' },
      'dynamic',
      'add',
    ],
    ['outside production', read(), { ...production, environment: 'sandbox' }, 'dynamic', 'add'],
    [
      'in an environment that the application calls production',
      read(),
      { application: application({}, { environments: { live: { class: 'production' } } }), environment: 'live' },
      'dynamic',
      'getToken',
    ],
    ['no application', read(), null, 'dynamic', 'chooseApplication'],
    [
      'an endpoint that waits for approval, without an application',
      read(waiting),
      null,
      'dynamic',
      'chooseApplication',
    ],
    [
      'an endpoint that waits for approval, with an error in the metadata',
      read(waiting),
      wrong,
      'dynamic',
      'correctMetadata',
    ],
    ['no registration endpoint', read({ registrationEndpoint: null }), production, 'manual', 'registerByHand'],
    ['neither', read({ registrationEndpoint: null }), null, 'manual', 'registerByHand'],
    ['an error in the metadata', read(), wrong, 'dynamic', 'correctMetadata'],
    ['an error in the metadata, by hand', read({ registrationEndpoint: null }), wrong, 'manual', 'correctMetadata'],
    ['an error in a document', read(discoveryError), production, 'dynamic', 'askHealthSystem'],
    ['both', read(discoveryError), wrong, 'dynamic', 'correctMetadata'],
    ['no document', failed('DiscoveryFailed'), production, null, 'checkBaseUrl'],
    ['no answer', failed('PeerNotAnswering'), production, null, 'tryLater'],
    ['no answer, and an error in the metadata', failed('PeerNotAnswering'), wrong, null, 'tryLater'],
    ['an address that is private', failed('AddressNotAllowed'), null, null, 'allowAddress'],
  ])('%s', (_what, reading, subject, method, next) => {
    expect(preflightReport(reading, subject)).toMatchObject({ method, nextAction: nextActions[next] });
  });

  test('every next action names who does it, in sentences of their own', () => {
    const sentences = Object.values(nextActions);
    expect(new Set(sentences).size).toBe(sentences.length);
    for (const sentence of sentences)
      expect(sentence).toMatch(/\b(?:operator|administrator|Whoever runs Registrar)\b.*\.$/);
  });
});

test('an endpoint that waits for approval is named with its document, and with who approves it', () => {
  const { method, nextAction } = preflightReport(read(waiting), production);
  expect(method).toBe('dynamic');
  expect(nextAction).toMatch(
    /^An administrator approves the registration endpoint https:\/\/idp\.example\/register, which the OpenID configuration names,/,
  );
});

describe('a server of a known vendor', () => {
  const vendor = read({ registrationEndpoint: 'https://api.healthtogo.me/register' });
  const complete = {
    client_uri: 'https://app.example/',
    logo_uri: 'https://cdn.example/logo.png',
    tos_uri: 'https://app.example/terms',
    policy_uri: 'https://app.example/privacy',
  };
  const subject = { application: application(complete), environment: 'production' };

  test('has its own rules', () => {
    const codes = preflightReport(vendor, production).lint.map(({ code, pointer }) => `${code} ${pointer}`);
    expect(codes).toEqual(Object.keys(complete).map((member) => `profile-member-missing /${member}`));
    expect(preflightReport(vendor, production).nextAction).toBe(nextActions.correctMetadata);
    expect(preflightReport(vendor, subject).lint).toEqual([]);
  });

  test('has its pages looked at, those of others are not', () => {
    expect(pagesToCheck(vendor, subject).map(({ member }) => member)).toEqual(Object.keys(complete));
    expect(pagesToCheck(read(), subject)).toEqual([]);
    expect(pagesToCheck(vendor, null)).toEqual([]);
    expect(pagesToCheck(failed('DiscoveryFailed'), subject)).toEqual([]);
  });

  test('refuses a page that is not live', () => {
    const page = { member: 'tos_uri', url: complete.tos_uri };
    const lint = (state: PageState) => preflightReport(vendor, subject, [{ page, state }]).lint;
    expect(lint({ kind: 'live' })).toEqual([]);
    expect(lint({ kind: 'refused', what: '404' })).toMatchObject([
      { code: 'page-not-live', severity: 'error', pointer: '/tos_uri', message: expect.stringContaining('404') },
    ]);
    expect(lint({ kind: 'redirected' })).toMatchObject([{ code: 'page-redirected', severity: 'error' }]);
    expect(lint({ kind: 'silent', what: 'timeout' })).toMatchObject([
      { code: 'page-not-answering', severity: 'warning' },
    ]);
  });
});

test('scopes go out in the dialect of the server, and unread servers have none', () => {
  const { scopes } = preflightReport(read({ capabilities: [], scopesSupported: ['patient/*.read'] }), production);
  expect(scopes?.sent).toEqual(['launch', 'openid', 'fhirUser', 'patient/Observation.read']);
  expect(scopes?.differences[0]).toMatchObject({ kind: 'translated', scope: 'patient/Observation.rs' });
  expect(preflightReport(failed('PeerNotAnswering'), production).scopes).not.toHaveProperty('sent');
});

test('what could not be read is a finding of an empty discovery', () => {
  const report = preflightReport(failed('PeerNotAnswering'), production);
  expect(report.discovery).toMatchObject({ source: 'none', registrationSource: 'none', tokenEndpoint: null });
  expect(report.discovery.findings).toEqual([
    {
      code: 'peer-not-answering',
      severity: 'error',
      message: 'The health system did not answer. SMART configuration: 404.',
    },
  ]);
  expect(report.scopes).toMatchObject({ advertised: null, differences: [] });
  expect(report.lint).toEqual([]);
});

test('without an application there is nothing to lint and no scope', () => {
  expect(preflightReport(read(), null)).toMatchObject({ discovery: found, lint: [], scopes: null });
});

test('scopes are compared by meaning with what the server advertises', () => {
  expect(preflightReport(read(), production).scopes).toEqual({
    requested: ['launch', 'openid', 'fhirUser', 'patient/Observation.rs'],
    sent: ['launch', 'openid', 'fhirUser', 'patient/Observation.rs'],
    advertised: found.scopesSupported,
    registered: null,
    granted: null,
    differences: [{ scope: 'fhirUser', kind: 'not-advertised', message: expect.stringContaining('fhirUser') }],
  });
});

test('the metadata of the environment are judged', () => {
  const environments = { test2: { class: 'nonProduction', clientMetadata: { contacts: null } } };
  const subject = { application: application({}, { environments }), environment: 'test2' };
  expect(preflightReport(read(), subject).lint).toMatchObject([{ code: 'contacts-missing', pointer: '/contacts' }]);
});

describe('authentication at the token endpoint', () => {
  const codes = (changes: object, offered: string[] | null, more: object = {}) =>
    preflightReport(read({ tokenEndpointAuthMethods: offered }), {
      application: application(changes, more),
      environment: 'production',
    }).lint.map(({ severity, code, pointer }) => [severity, code, pointer]);
  const pointer = '/token_endpoint_auth_method';

  test.each<[string, object, string[] | null, object, unknown[]]>([
    ['is what both sides know', {}, ['client_secret_post'], {}, []],
    ['is Basic where the server lists nothing', {}, null, {}, []],
    [
      'is asked for though the server does not advertise it',
      { token_endpoint_auth_method: 'client_secret_post' },
      ['private_key_jwt'],
      {},
      [['warning', 'auth-method-not-advertised', pointer]],
    ],
    [
      'is none of the preferences of the application',
      {},
      ['client_secret_basic'],
      { authMethods: ['client_secret_post'] },
      [['warning', 'auth-method-not-advertised', pointer]],
    ],
    [
      'is one whose keys somebody else holds',
      { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://app.example/jwks' },
      ['private_key_jwt'],
      {},
      [['info', 'key-held-elsewhere', pointer]],
    ],
  ])('%s', (_what, changes, offered, more, expected) => {
    expect(codes(changes, offered, more)).toEqual(expected);
  });

  test('is not compared where nothing was read', () => {
    const subject = { application: application({ token_endpoint_auth_method: 'none' }), environment: 'production' };
    expect(preflightReport(failed('DiscoveryFailed'), subject).lint).toEqual([]);
  });
});
