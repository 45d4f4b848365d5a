import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommandLine } from '../../../cli/program.ts';
import { hostileTexts } from '../../support/packets.ts';
import { fakeTerminal } from '../../unit/cli/fakeTerminal.ts';
import { type Api, addTenant, anApplicationBody, startApi } from '../api/harness.ts';

let api: Api;
let id: string;
let url: string;

beforeAll(async () => {
  api = await startApi();
  id = await addTenant(api, 'mercy', 'chart-app');
  await api.call('PUT', '/v1/applications/hostile-app', {
    key: api.administrator,
    body: { clientMetadata: { ...anApplicationBody.clientMetadata, contacts: hostileTexts.slice(0, 20) } },
  });
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`;
});
afterAll(() => api.close());

async function run(...args: string[]) {
  const terminal = fakeTerminal({ input: api.viewer });
  const exitCode = await runCommandLine([...args, '--url', url, '--key-stdin'], terminal);
  return { exitCode, lines: terminal.printed, notes: terminal.notes };
}

test('prints Markdown unless told otherwise', async () => {
  const { exitCode, lines } = await run('packet', id);
  expect(exitCode).toBe(0);
  expect(lines[0]).toBe('# Client registration: Growth Chart at Clinic mercy');
  expect(lines).toContain('- FHIR base URL: `https://ehr.example/fhir`');
});

test('prints the page, to be redirected into a file', async () => {
  const { exitCode, lines } = await run('packet', id, '--format', 'html');
  expect([exitCode, lines[0], lines.at(-1)]).toEqual([0, '<!doctype html>', '</html>']);
});

test.each([[['--format', 'json']], [['--json']], [['--json', '--format', 'json']]])(
  'prints JSON with %j',
  async (args) => {
    const { exitCode, lines } = await run('packet', id, ...args);
    expect(exitCode).toBe(0);
    expect(JSON.parse(lines.join('\n'))).toMatchObject({ registrationId: id, playbook: { id: 'generic' } });
  },
);

test('hostile text cannot steer the terminal, and JSON says it all the same', async () => {
  const added = await api.call('POST', '/v1/tenants', {
    key: api.operator,
    body: {
      tenantId: 'hostile',
      name: 'Clinic hostile',
      registrations: [{ applicationId: 'hostile-app', fhirBaseUrl: 'https://ehr.example/r4' }],
    },
  });
  const [{ registrationId } = { registrationId: '' }] = added.body['registrations'] as { registrationId: string }[];
  for (const format of ['markdown', 'html', 'json']) {
    const { exitCode, lines } = await run('packet', registrationId, '--format', format);
    expect(exitCode).toBe(0);
    expect(lines.join('\n').replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    if (format === 'json') expect(JSON.parse(lines.join('\n')).application.contacts).toEqual(hostileTexts.slice(0, 20));
  }
});

test.each<[string, string[], RegExp]>([
  ['no registration', ['packet'], /missing required argument 'registration'.*registrar packet --help/],
  ['what is no registration id', ['packet', '../keys'], /REGISTRATION/],
  ['a format that there is not', ['packet', 'a.b.c.d', '--format', 'pdf'], /--format.*markdown, html, json/],
  ['two formats', ['packet', 'a.b.c.d', '--format', 'html', '--json'], /--format.*--json/],
  ['a registration that there is not', ['packet', 'a.b.c.d'], /Not found/],
])('%s ends with 2 and one line', async (_name, args, message) => {
  const { exitCode, lines, notes } = await run(...args);
  expect([exitCode, lines, notes.length]).toEqual([2, [], 1]);
  expect(notes[0]).toMatch(message);
});
