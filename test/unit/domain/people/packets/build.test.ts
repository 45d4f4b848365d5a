import { expect, test } from 'vitest';
import type { CredentialView } from '../../../../../domain/registration/view.ts';
import { aConfig, aPacket, discovered, fullMetadata, playbookOf } from '../../../../support/packets.ts';

test('it holds everything that a portal asks', () => {
  expect(aPacket()).toMatchObject({
    registrationId: 'mercy.growth-chart.production.main',
    preparedAt: '2026-11-21T12:00:00.000Z',
    healthSystem: { tenantId: 'mercy', name: 'Mercy Hospital' },
    environment: { name: 'production', class: 'production' },
    fhirBaseUrl: 'https://ehr.example/r4',
    application: {
      name: 'Growth Chart',
      homepage: 'https://app.example',
      logo: 'https://app.example/logo.png',
      terms: 'https://app.example/terms',
      privacy: 'https://app.example/privacy',
      contacts: ['oncall@app.example'],
      softwareId: 'growth-chart',
      softwareVersion: '4.2',
    },
    client: {
      redirectUris: ['https://app.example/callback', 'https://app.example/silent'],
      launchUris: ['https://app.example/launch'],
      jwksUri: 'https://app.example/jwks.json',
      grantTypes: ['authorization_code', 'refresh_token'],
      responseTypes: ['code'],
      tokenEndpointAuthMethod: 'client_secret_basic',
      further: { dsi_contact: 'dsi@app.example' },
    },
    server: {
      issuer: 'https://ehr.example/oauth2',
      authorizationEndpoint: 'https://ehr.example/oauth2/authorize',
      tokenEndpoint: 'https://ehr.example/oauth2/token',
    },
    playbook: { id: 'epic', vendor: 'Epic', distribution: 'PT48H', certified: 'unknown' },
    missing: [],
  });
});

test.each<[string, readonly string[] | null, string, string, string]>([
  ['what the server says outranks the playbook', ['permission-v1'], 'epic', 'v1', 'patient/Observation.read'],
  ['a server that says nothing gets the dialect of its vendor', null, 'epic', 'v2', 'patient/Observation.rs'],
  ['other capabilities say nothing about scopes', ['launch-ehr'], 'epic', 'v2', 'patient/Observation.rs'],
  ['nobody knows: a server of 1.x', null, 'generic', 'v1', 'patient/Observation.read'],
  ['v2 where the server says so', ['permission-v2'], 'generic', 'v2', 'patient/Patient.rs'],
])('%s', (_name, capabilities, vendor, dialect, scope) => {
  const view = { discovery: discovered({ capabilities }), credential: null };
  const { client } = aPacket({ view, playbook: playbookOf(vendor) });
  expect(client.scopeDialect).toBe(dialect);
  expect(client.scopes).toContain(scope);
  expect(client.scopes).toEqual(expect.arrayContaining(['launch', 'openid', 'fhirUser', 'offline_access']));
  expect(client.scopeNotes.join(' ')).toContain(`SMART ${dialect}`);
});

test('before discovery it says what is known', () => {
  const packet = aPacket({
    view: { discovery: null, credential: null },
    config: aConfig(fullMetadata, { issuer: 'https://given.example' }),
  });
  expect(packet.server).toEqual({ issuer: 'https://given.example', authorizationEndpoint: null, tokenEndpoint: null });
});

test('a client that exists keeps its authentication method', () => {
  const credential: CredentialView = {
    clientId: 'abc',
    authMethod: 'client_secret_post',
    ref: { store: 'database', name: 'smart/mercy/growth-chart/production/main/client', versionId: '1' },
    issuedAt: '2026-11-01T00:00:00.000Z',
    expiresAt: null,
    expiryKnown: false,
    clientExpiresAt: null,
    rotationDueAt: null,
    strategy: 'manual',
    provedAt: null,
  };
  const { client } = aPacket({ view: { discovery: discovered(), credential } });
  expect(client.tokenEndpointAuthMethod).toBe('client_secret_post');
});

test('what the application does not say is listed with where to set it', () => {
  const { client_name, redirect_uris, scope } = fullMetadata;
  const packet = aPacket({ config: aConfig({ client_name, redirect_uris, scope, contacts: [] }) });
  expect(packet.missing.map(({ pointer }) => pointer)).toEqual([
    '/clientMetadata/client_uri',
    '/clientMetadata/logo_uri',
    '/clientMetadata/tos_uri',
    '/clientMetadata/policy_uri',
    '/clientMetadata/contacts',
  ]);
  expect(packet.missing[1]?.message).toBe(
    'Portals ask for a logo; the application has none. Set logo_uri in its client metadata.',
  );
  expect(packet.application).toMatchObject({ homepage: null, logo: null, terms: null, privacy: null, contacts: [] });
});

test('it says where what comes back goes', () => {
  const { pasteBack } = aPacket();
  expect(pasteBack).toMatchObject({
    path: '/v1/registrations/mercy.growth-chart.production.main/credential',
    command: 'registrar credential supply mercy.growth-chart.production.main',
  });
  expect(pasteBack.fields.map(({ field, required }) => [field, required])).toEqual([
    ['clientId', true],
    ['clientSecret', false],
  ]);
});

test('the clocks run from the progress of the task, and are owed by the developer', () => {
  const progress = { submittedAt: Date.parse('2026-11-20T15:00:00Z'), verifiedAt: null, enabledAt: null };
  const { deadlines } = aPacket({ playbook: playbookOf('nextgen'), progress });
  expect(
    deadlines.map(({ duty, state, applies, owedBy, dueOn, dueAt }) => [duty, state, applies, owedBy, dueOn, dueAt]),
  ).toEqual([
    ['verify', 'running', 'yes', 'NextGen Healthcare', '2026-12-07', '2026-12-08T05:00:00.000Z'],
    ['enable', 'not-started', 'yes', 'NextGen Healthcare', null, null],
  ]);
  expect(aPacket({ progress }).deadlines.every(({ applies }) => applies === 'if-certified')).toBe(true);
});

test('a client that exists already has no clocks', () => {
  expect(aPacket({ progress: null }).deadlines).toEqual([]);
});

test('there are no clocks outside production', () => {
  expect(aPacket({ config: aConfig(fullMetadata, { environmentClass: 'nonProduction' }) }).deadlines).toEqual([]);
});

test('members of the wrong type do not break it', () => {
  const config = {
    ...aConfig(),
    metadata: { client_name: 7, redirect_uris: 'x', contacts: [1, 'a'], jwks_uri: {}, scope: 'openid' },
  };
  expect(aPacket({ config })).toMatchObject({
    application: { name: 'growth-chart', contacts: ['a'] },
    client: { redirectUris: [], jwksUri: null },
  });
});
