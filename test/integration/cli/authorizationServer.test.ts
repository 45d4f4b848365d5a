import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommandLine } from '../../../cli/program.ts';
import { discoveryOf } from '../../support/entity.ts';
import { fakeTerminal } from '../../unit/cli/fakeTerminal.ts';
import { type Api, addTenant, startApi } from '../api/harness.ts';
import { nextEvent } from '../stores/records/fixture.ts';

/** The command line against the real API. */
let api: Api;
let directory: string;
let serverId: string;
const secret = 'planted secret of the service account';
const everything = { tenantIds: null, applicationIds: null };

beforeAll(async () => {
  api = await startApi();
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  directory = await mkdtemp(join(tmpdir(), 'registrar-cli-'));
  await writeFile(join(directory, 'key'), api.administrator, { mode: 0o600 });
  const registrationId = await addTenant(api, 'clinic', 'growth-chart');
  const view = await api.records.registration(registrationId, everything);
  if (view === null) throw new Error('the registration is not there');
  const discovery = discoveryOf({
    tokenEndpoint: 'https://ehr.example/token',
    issuer: 'https://ehr.example/\u202eevil',
  });
  await api.records.recordTransition(nextEvent(view, { phase: 'awaiting_token', discovery }));
  serverId = (await api.records.authorizationServers(everything, { limit: 1 })).items[0]?.serverId ?? '';
});
afterAll(async () => {
  await api.close();
  await rm(directory, { recursive: true, force: true });
});

async function run(args: string[], settings: Parameters<typeof fakeTerminal>[0] = {}) {
  const terminal = fakeTerminal({ columns: 200, ...settings });
  const { port } = api.app.server.address() as AddressInfo;
  const connection = ['--url', `http://127.0.0.1:${port}`, '--key-file', join(directory, 'key')];
  const exitCode = await runCommandLine([...args, ...connection], terminal);
  return { exitCode, out: terminal.printed.join('\n'), notes: terminal.notes.join('\n') };
}

test('lists the authorization servers, with nothing of a peer that could steer a terminal', async () => {
  const { exitCode, out } = await run(['authorization-server', 'list']);
  expect(exitCode).toBe(0);
  expect(out).toContain(serverId);
  expect(out).not.toContain('\u202e');
});

const set = ['authorization-server', 'credentials', 'set'];
const who = ['--kind', 'service', '--client-id', 'registrar'];

test('puts a credential from a prompt, shows that it is there, and removes it', async () => {
  const put = await run([...set, serverId, ...who], { answer: secret.replaceAll(' ', '-') });
  expect([put.exitCode, put.notes]).toEqual([0, '']);
  expect(put.out).toBe('The service registrar is stored. Its secret is not shown again.');
  const shown = await run(['authorization-server', 'show', serverId]);
  expect(shown.out).toContain('Credential: service registrar');
  expect(shown.out).not.toContain('planted');
  const removed = await run(['authorization-server', 'credentials', 'remove', serverId, '--kind', 'service']);
  expect([removed.exitCode, removed.out]).toEqual([0, `The service of ${serverId} is removed.`]);
  expect((await api.records.serverAccessById(serverId))?.credentials).toEqual([]);
});

test('puts a credential from standard input and from a file', async () => {
  const input = `${secret.replaceAll(' ', '-')}\n`;
  expect((await run([...set, serverId, ...who, '--client-secret-stdin', '--json'], { input })).exitCode).toBe(0);
  await writeFile(join(directory, 'secret'), 'from-a-file');
  await run([...set, serverId, ...who, '--client-secret-file', join(directory, 'secret')]);
  expect((await api.records.serverAccessById(serverId))?.credentials).toMatchObject([{ clientSecret: 'from-a-file' }]);
});

test.each<[string, string[], RegExp]>([
  ['a server that does not exist', ['as-00000000000000000000', ...who], /not-found|Not found|no such/i],
  ['origins without that of the token endpoint', ['', ...who, '--origin', 'https://other.example'], /\/origins/],
  [
    'an administrator elsewhere than at Keycloak',
    ['', '--kind', 'administrator', '--client-id', 'a'],
    /tokenEndpoint.*Keycloak/,
  ],
])('says in one line what is wrong: %s', async (_what, [server = '', ...rest], message) => {
  const { exitCode, notes, out } = await run([...set, server === '' ? serverId : server, ...rest], { answer: 'x' });
  expect([exitCode, out]).toEqual([2, '']);
  expect(notes).toMatch(message);
  expect(notes.split('\n')).toHaveLength(1);
});

test('lists the initial access tokens', async () => {
  await api.call('PUT', '/v1/registrations/clinic.growth-chart.production.main/initial-access-token', {
    key: api.operator,
    body: { token: 'planted-token' },
  });
  const { exitCode, out } = await run(['initial-access-token', 'list']);
  expect(exitCode).toBe(0);
  expect(out).toMatch(/clinic\.growth-chart\.production\.main\s+claimed\s+operator/);
  expect(out).not.toContain('planted');
});
