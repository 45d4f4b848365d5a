import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keycloakLines, readAsker, readBody } from '../../../cli/keycloakClient.ts';
import { runCommandLine } from '../../../cli/program.ts';
import type { KeycloakClientResult } from '../../../domain/servers/keycloakClients.ts';
import { fakeTerminal } from './fakeTerminal.ts';

const realm = ['--realm', 'https://id.example.org/realms/smart'];
let directory: string;
let file: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'registrar-keycloak-cli-'));
  file = join(directory, 'client.json');
  await writeFile(file, JSON.stringify({ clientId: 'a', name: 'Old', attributes: { 'a.b': '1', c: '2' }, gone: null }));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('what is sent', () => {
  const body = (options: Parameters<typeof readBody>[1], input = '') => readBody(fakeTerminal({ input }), options);

  test('nothing says', async () => {
    expect(await body({})).toBeNull();
  });

  test('members alone are a merge patch', async () => {
    expect(
      await body({
        set: [
          'name=Chart App',
          'enabled=false',
          'redirectUris=["https://a.example/cb"]',
          'attributes."a.b"=x',
          'd=null',
        ],
        unset: ['description', 'attributes.c'],
      }),
    ).toEqual({
      merge: true,
      client: {
        name: 'Chart App',
        enabled: false,
        redirectUris: ['https://a.example/cb'],
        attributes: { 'a.b': 'x', c: null },
        description: null,
        d: null,
      },
    });
  });

  test('members change a file before it is sent whole', async () => {
    expect(await body({ file, set: ['name=New'], unset: ['attributes."a.b"'] })).toEqual({
      merge: false,
      client: { clientId: 'a', name: 'New', attributes: { c: '2' } },
    });
  });

  test('a file that is merged keeps what removes', async () => {
    expect(await body({ file, unset: ['name'], merge: true })).toEqual({
      merge: true,
      client: { clientId: 'a', name: null, attributes: { 'a.b': '1', c: '2' }, gone: null },
    });
  });

  test('from standard input', async () => {
    expect(await body({ file: '-' }, '{"clientId":"x"}')).toEqual({ merge: false, client: { clientId: 'x' } });
  });
});

describe('who asks', () => {
  const secretFile = () => join(directory, 'secret');
  beforeAll(() => writeFile(secretFile(), 'the-token\n'));

  test.each([
    [{ as: 'anonymous' }, { kind: 'anonymous' }],
    [{}, { kind: 'registration-access-token' }],
    [{ as: 'client' }, { kind: 'client' }],
    [
      { as: 'service-account', account: 'svc' },
      { kind: 'service-account', clientId: 'svc' },
    ],
  ] as const)('%j: nothing, or the stored secret', async (options, asker) => {
    expect(await readAsker(fakeTerminal(), options, 'registration-access-token')).toEqual(asker);
  });

  test('a secret from a file, from standard input and from a prompt', async () => {
    const options = { as: 'initial-access-token' } as const;
    const asker = { kind: 'initial-access-token', token: 'the-token' };
    expect(await readAsker(fakeTerminal(), { ...options, secretFile: secretFile() }, null)).toEqual(asker);
    expect(await readAsker(fakeTerminal({ input: 'the-token\n' }), { ...options, secretStdin: true }, null)).toEqual(
      asker,
    );
    expect(await readAsker(fakeTerminal({ answer: 'the-token' }), options, null)).toEqual(asker);
    expect(await readAsker(fakeTerminal({ answer: ' p w ä' }), { as: 'user', account: 'ann' }, null)).toEqual({
      ...{ kind: 'user', username: 'ann', password: ' p w ä' },
    });
  });
});

describe('bad input ends with 2 and one line that names the field', () => {
  test.each<[string, string[], RegExp]>([
    ['no realm', ['get', 'a'], /--realm <url>/],
    ['no client id', ['get', ...realm], /missing required argument 'client-id'/],
    [
      'a provider that cannot',
      ['update', 'a', ...realm, '--provider', 'install'],
      /--provider.*default, openid-connect/,
    ],
    ['nobody asks', ['create', ...realm, '--set', 'a=1'], /--as: it is missing/],
    ['who cannot ask', ['get', 'a', ...realm, '--as', 'anonymous'], /--as.*registration-access-token/],
    ['nothing to send', ['create', ...realm, '--as', 'anonymous'], /--file: nothing says/],
    [
      'no descriptor',
      ['create', ...realm, '--as', 'anonymous', '--provider', 'saml2-entity-descriptor'],
      /--file: it is missing/,
    ],
    ['no account', ['delete', 'a', ...realm, '--as', 'user'], /--account: it is missing/],
    ['an account of nobody', ['delete', 'a', ...realm, '--account', 'ann'], /--account.*--as user/],
    [
      'a secret of nobody',
      ['create', ...realm, '--as', 'anonymous', '--set', 'a=1', '--secret-prompt'],
      /--as.*anonymous/,
    ],
    [
      'no token and nobody to ask',
      ['create', ...realm, '--as', 'bearer', '--set', 'a=1'],
      /--secret-file: it is missing/,
    ],
    ['a secret as argument', ['update', 'a', ...realm, '--set', 'secret=abc'], /--set: a secret is never an argument/],
    ['a nested secret', ['update', 'a', ...realm, '--set', 'attributes."x.private.key"=abc'], /--set: a secret/],
    ['a token as option', ['get', 'a', ...realm, '--token', 'abc'], /--token: a secret is never an argument/],
    ['no value', ['update', 'a', ...realm, '--set', 'name'], /--set: it is not name=value/],
    ['no member', ['update', 'a', ...realm, '--set', '.=1'], /--set: it does not name a member/],
    ['two secrets by standard input', ['get', 'a', ...realm, '--secret-stdin', '--key-stdin'], /--secret-stdin/],
    ['file that is not there', ['update', 'a', ...realm, '--file', '/nonexistent'], /--file.*ENOENT/],
  ])('%s', async (_name, args, message) => {
    const terminal = fakeTerminal();
    expect(await runCommandLine(['keycloak', 'client', ...args], terminal)).toBe(2);
    expect(terminal.notes).toHaveLength(1);
    expect(terminal.notes[0]).toMatch(message);
    expect(terminal.notes[0]).not.toMatch(/abc|\n/);
    expect(terminal.printed).toEqual([]);
  });

  test.each(['{"a":', '[]', '7', '<xml/>'])('a file with %s', async (text) => {
    const terminal = fakeTerminal({ input: text });
    expect(await runCommandLine(['keycloak', 'client', 'update', 'a', ...realm, '--file', '-'], terminal)).toBe(2);
    expect(terminal.notes[0]).toMatch(/--file: it is not/);
  });
});

test('what came of it, without anything that steers a terminal', () => {
  const result: KeycloakClientResult = {
    operation: 'get',
    provider: 'default',
    issuer: 'https://id.example.org/realms/smart',
    clientId: 'chart-app',
    enabled: false,
    client: { clientId: 'chart-app', name: '\u001b[2J\u202eevil', secret: '[withheld]' },
    clientRef: { store: 'database', name: 'keycloak/a/smart/chart-app/client', versionId: 'v1' },
    managementRef: { store: 'database', name: 'keycloak/a/smart/chart-app/management', versionId: 'v2' },
    findings: [{ reason: 'ClientNotEnabled', message: 'The server made the client disabled.' }],
  };
  expect(keycloakLines(result)).toEqual([
    'Client chart-app was read at https://id.example.org/realms/smart.',
    'It is disabled: an administrator of the realm has to enable it.',
    'Client secret: keycloak/a/smart/chart-app/client, version v1',
    'Registration access token: keycloak/a/smart/chart-app/management, version v2',
    'ClientNotEnabled: The server made the client disabled. Ask the health system to enable the client.',
    '{',
    '  "clientId": "chart-app",',
    '  "name": "\\u001b[2Jevil",',
    '  "secret": "[withheld]"',
    '}',
  ]);
});
