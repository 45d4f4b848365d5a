import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lintClientMetadata } from '../../../../../domain/client/lint/lint.ts';

const good = {
  client_name: 'Growth Chart',
  redirect_uris: ['https://app.example/callback'],
  scope: 'launch openid fhirUser offline_access patient/Observation.rs',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic',
  contacts: ['smart@app.example'],
  client_uri: 'https://app.example/',
};
const backend = {
  ...good,
  scope: 'system/Observation.rs',
  grant_types: ['client_credentials'],
  response_types: undefined,
  token_endpoint_auth_method: 'private_key_jwt',
  jwks_uri: 'https://app.example/jwks',
};
const key = { kty: 'EC', crv: 'P-384', x: 'a', y: 'b' };
const lint = (changes: Record<string, unknown>, base: Record<string, unknown> = good) =>
  lintClientMetadata(without({ ...base, ...changes }));
const without = (metadata: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined));

describe('nothing is found in', () => {
  test.each<[string, Record<string, unknown>]>([
    ['an application for users', good],
    ['a backend service', backend],
    ['a backend service with its keys in place', { ...backend, jwks_uri: undefined, jwks: { keys: [key] } }],
    [
      'a native application',
      {
        ...good,
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['com.example.app:/callback', 'http://127.0.0.1/callback', 'https://app.example/callback'],
      },
    ],
    ['a public web application', { ...good, token_endpoint_auth_method: 'none' }],
    ['members of vendors, whatever they hold', { ...good, vendor_extra: { a: [1, null] } }],
    ['contacts by mailto and by page', { ...good, contacts: ['mailto:a@app.example', 'https://app.example/help'] }],
    ['a name in another language', { ...good, 'client_uri#fr': 'https://app.example/fr' }],
    ['a signed software statement', { ...good, software_statement: 'eyJhbGciOiJSUzM4NCJ9.eyJpc3MiOiJhIn0.c2ln' }],
    ['defaults of RFC 7591', { ...good, scope: 'launch openid', grant_types: undefined, response_types: undefined }],
    ['scopes of v1', { ...good, scope: 'launch offline_access patient/*.read patient/Condition.*' }],
    ['a scope with a filter', { ...good, scope: 'launch offline_access patient/Observation.rs?category=vital-signs' }],
  ])('%s', (_what, metadata) => {
    expect(lintClientMetadata(without(metadata))).toEqual([]);
  });
});

type Case = [
  what: string,
  changes: Record<string, unknown>,
  expected: [severity: string, code: string, pointer: string][],
  base?: Record<string, unknown>,
];

const cases: Case[] = [
  // Redirect URIs
  [
    'a redirect URI by plain http',
    { redirect_uris: ['https://app.example/callback', 'http://app.example/callback'] },
    [['error', 'redirect-uri-not-https', '/redirect_uris/1']],
  ],
  [
    'a fragment',
    { redirect_uris: ['https://app.example/#a'] },
    [['error', 'redirect-uri-fragment', '/redirect_uris/0']],
  ],
  [
    'a wildcard',
    { redirect_uris: ['https://app.example/*'] },
    [['error', 'redirect-uri-wildcard', '/redirect_uris/0']],
  ],
  [
    'a redirect URI twice',
    { redirect_uris: ['https://app.example/callback', 'https://app.example/callback'] },
    [['warning', 'duplicate-value', '/redirect_uris/1']],
  ],
  [
    'a private-use scheme of a web application',
    { application_type: 'web', redirect_uris: ['com.example.app:/callback'] },
    [['error', 'redirect-uri-private-use-web', '/redirect_uris/0']],
  ],
  [
    'a loopback address of a web application',
    { application_type: 'web', redirect_uris: ['http://127.0.0.1/callback'] },
    [['warning', 'redirect-uri-loopback-web', '/redirect_uris/0']],
  ],
  [
    'native redirect URIs without application type',
    { redirect_uris: ['com.example.app:/callback', 'http://[::1]/callback'] },
    [['warning', 'application-type-missing', '/application_type']],
  ],
  [
    'localhost by name',
    { application_type: 'native', token_endpoint_auth_method: 'none', redirect_uris: ['http://localhost/callback'] },
    [['info', 'redirect-uri-localhost', '/redirect_uris/0']],
  ],
  [
    'another application type',
    { application_type: 'desktop' },
    [['error', 'application-type-unknown', '/application_type']],
  ],

  // Grants, response types, authentication
  ['no redirect URI', { redirect_uris: undefined }, [['error', 'redirect-uris-missing', '/redirect_uris']]],
  ['an empty list of redirect URIs', { redirect_uris: [] }, [['error', 'redirect-uris-missing', '/redirect_uris']]],
  ['no response type', { response_types: [] }, [['error', 'response-type-missing', '/response_types']]],
  ['another response type', { response_types: ['token'] }, [['error', 'response-type-missing', '/response_types']]],
  [
    'a code without its grant',
    { grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'] },
    [['error', 'grant-type-missing', '/grant_types']],
  ],
  [
    'a refresh token out of nothing',
    { grant_types: ['refresh_token'], response_types: undefined },
    [['error', 'refresh-token-alone', '/grant_types']],
  ],
  [
    'no grant at all',
    { grant_types: [], response_types: undefined, scope: 'openid' },
    [['error', 'grant-types-empty', '/grant_types']],
  ],
  [
    'the implicit grant',
    { grant_types: ['authorization_code', 'refresh_token', 'implicit'] },
    [['warning', 'grant-type-deprecated', '/grant_types']],
  ],
  [
    'client credentials of a public client',
    { token_endpoint_auth_method: 'none' },
    [['error', 'client-credentials-of-public-client', '/token_endpoint_auth_method']],
    backend,
  ],
  [
    'a secret in a native application',
    { application_type: 'native' },
    [['warning', 'native-application-with-secret', '/token_endpoint_auth_method']],
  ],
  ...['client_secret_basic', 'client_secret_post', 'client_secret_jwt', undefined].map(
    (method): Case => [
      `a backend service with ${method ?? 'the default method'}`,
      { token_endpoint_auth_method: method },
      [['error', 'backend-service-with-secret', '/token_endpoint_auth_method']],
      backend,
    ],
  ),
  [
    'client credentials for SMART scopes of users',
    { scope: 'user/Observation.rs', token_endpoint_auth_method: 'client_secret_basic' },
    [
      ['error', 'backend-service-with-secret', '/token_endpoint_auth_method'],
      ['warning', 'user-scope-without-user', '/scope'],
    ],
    backend,
  ],
  [
    'system scopes without client credentials',
    {
      scope: 'launch offline_access system/Patient.rs',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: 'https://app.example/jwks',
    },
    [['error', 'system-scope-without-client-credentials', '/grant_types']],
  ],

  // Scopes
  ['no scope', { scope: undefined }, [['error', 'scope-missing', '/scope']]],
  ['a blank scope', { scope: '  ' }, [['error', 'scope-missing', '/scope']]],
  ['two spaces', { scope: 'launch  offline_access' }, [['warning', 'scope-white-space', '/scope']]],
  ['a scope twice', { scope: 'launch launch offline_access' }, [['warning', 'scope-duplicate', '/scope']]],
  ['a quotation mark', { scope: 'launch "openid" offline_access' }, [['error', 'scope-malformed', '/scope']]],
  [
    'what is wrong with several scopes alike, once',
    { scope: 'launch "openid" "fhirUser" offline_access' },
    [['error', 'scope-malformed', '/scope']],
  ],
  ...['patient/Observation.reed', 'patient/observation.rs', 'user/*.read?a=b', 'system/', 'patient/*.rs?'].map(
    (scope): Case => [
      `the scope ${scope}`,
      { scope: `launch offline_access ${scope}` },
      [['error', 'scope-not-smart', '/scope']],
    ],
  ),
  ...['patient/Observation.sr', 'patient/Observation.rr'].map(
    (scope): Case => [
      `the letters of ${scope}`,
      { scope: `launch offline_access ${scope}` },
      [['error', 'scope-letters', '/scope']],
    ],
  ),
  ['fhirUser alone', { scope: 'launch offline_access fhirUser' }, [['warning', 'fhir-user-without-openid', '/scope']]],
  [
    'both kinds of access',
    { scope: 'launch offline_access online_access' },
    [['warning', 'offline-and-online-access', '/scope']],
  ],
  ['no launch', { scope: 'offline_access patient/*.rs' }, [['warning', 'launch-scope-missing', '/scope']]],
  [
    'offline access without its grant',
    { grant_types: ['authorization_code'] },
    [['error', 'offline-access-without-refresh-token', '/grant_types']],
  ],
  [
    'the refresh grant without offline access',
    { scope: 'launch openid' },
    [['warning', 'refresh-token-without-offline-access', '/scope']],
  ],

  // Keys
  ['both kinds of keys', { jwks: { keys: [key] } }, [['error', 'jwks-and-jwks-uri', '/jwks']], backend],
  ['no keys', { jwks_uri: undefined }, [['info', 'keys-made-by-registrar', '/jwks_uri']], backend],
  ['keys by plain http', { jwks_uri: 'http://app.example/' }, [['error', 'jwks-uri-not-https', '/jwks_uri']], backend],
  ...[{}, { keys: {} }, { keys: [] }, { keys: [{}] }, 'text', null].map(
    (jwks): Case => [`jwks ${JSON.stringify(jwks)}`, { jwks }, [['error', 'jwks-malformed', '/jwks']]],
  ),
  [
    'a private key',
    { jwks: { keys: [key, { ...key, d: 'planted-private-key' }] } },
    [['error', 'jwks-with-private-key', '/jwks/keys/1/d']],
  ],
  ...['a.b.c', 'eyJhbGciOiJub25lIn0.eyJpc3MiOiJhIn0.', 'planted', ''].map(
    (software_statement): Case => [
      `the software statement ${JSON.stringify(software_statement)}`,
      { software_statement },
      [['error', 'software-statement-malformed', '/software_statement']],
    ],
  ),

  // What people see
  ['no name', { client_name: undefined }, [['error', 'client-name-missing', '/client_name']]],
  ['a blank name', { client_name: ' ' }, [['error', 'client-name-missing', '/client_name']]],
  ...['client_uri', 'logo_uri', 'policy_uri', 'tos_uri'].flatMap((member): Case[] => [
    [`${member} by plain http`, { [member]: 'http://app.example/' }, [['warning', 'uri-not-https', `/${member}`]]],
    [`${member} that is none`, { [member]: 'app.example' }, [['error', 'uri-malformed', `/${member}`]]],
  ]),
  [
    'a third-party login, which no launch starts with',
    { initiate_login_uri: 'http://app.example/login' },
    [
      ['warning', 'uri-not-https', '/initiate_login_uri'],
      ['warning', 'initiate-login-uri-unasked', '/initiate_login_uri'],
    ],
  ],
  ['a page of a language', { 'logo_uri#a/b': 'x' }, [['error', 'uri-malformed', '/logo_uri#a~1b']]],
  ['no contact', { contacts: undefined }, [['warning', 'contacts-missing', '/contacts']]],
  ['no contact in the list', { contacts: [] }, [['warning', 'contacts-missing', '/contacts']]],
  [
    'contacts that nobody can write to',
    { contacts: ['a@app.example', 'Support', 'a@b', 'http://app.example'] },
    [
      ['warning', 'contact-malformed', '/contacts/1'],
      ['warning', 'contact-malformed', '/contacts/2'],
      ['warning', 'contact-malformed', '/contacts/3'],
    ],
  ],

  // Forms
  ['a name that is no text', { client_name: 7 }, [['error', 'member-malformed', '/client_name']]],
  ['scopes as a list', { scope: ['launch'] }, [['error', 'member-malformed', '/scope']]],
  ['contacts as a text', { contacts: 'a@app.example' }, [['error', 'member-malformed', '/contacts']]],
  ['a contact that is no text', { contacts: ['a@b.example', 1] }, [['error', 'member-malformed', '/contacts/1']]],
];

describe('the lint finds', () => {
  test.each(cases)('%s', (_what, changes, expected, base) => {
    const found = lint(changes, base);
    expect(found.map(({ severity, code, pointer }) => [severity, code, pointer])).toEqual(expected);
  });

  test('with every finding a kebab-case code and a sentence that says what to do', () => {
    const found = cases.flatMap(([, changes, , base]) => lint(changes, base));
    for (const { code, message } of found) {
      expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(message).toMatch(
        /(?:correct|use|set|add|remove|give|choose|keep|write|name|ask|paste|Name|leave)\b.*[.]$/,
      );
    }
  });

  test('and repeats no value that could be a secret', () => {
    const found = lint({ jwks: { keys: [{ ...key, d: 'planted' }] }, software_statement: 'planted.planted' });
    expect(JSON.stringify(found)).not.toContain('planted');
  });
});

describe('whatever stands in the metadata', () => {
  const members = Object.keys({
    ...good,
    ...backend,
    application_type: 0,
    jwks: 0,
    software_statement: 0,
    logo_uri: 0,
  });
  const anything = fc.dictionary(
    fc.oneof(fc.constantFrom(...members), fc.string()),
    fc.oneof(fc.jsonValue(), fc.array(fc.string({ unit: 'binary' })), fc.string({ unit: 'binary' })),
  );

  test('nothing is thrown, and every pointer leads into it or to a missing member', () => {
    fc.assert(
      fc.property(anything, (metadata) => {
        for (const { pointer } of lintClientMetadata({ ...good, ...metadata })) {
          expect(pointer).toMatch(/^(?:\/(?:[^/~]|~[01])*)+$/);
        }
      }),
    );
  });

  test('scopes of any text are judged, and well-formed SMART scopes are no error', () => {
    const scope = fc
      .tuple(
        fc.constantFrom('patient', 'user'),
        fc.constantFrom('*', 'Observation', 'Patient'),
        fc.subarray(['c', 'r', 'u', 'd', 's'], { minLength: 1 }),
      )
      .map(([context, type, letters]) => `${context}/${type}.${letters.join('')}`);
    fc.assert(
      fc.property(fc.array(scope, { minLength: 1 }), (scopes) => {
        const found = lint({ scope: ['launch', 'offline_access', ...scopes].join(' ') });
        expect(found.filter(({ severity }) => severity === 'error')).toEqual([]);
      }),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void lint({ scope: text })));
  });
});
