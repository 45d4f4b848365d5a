import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommandLine } from '../../../cli/program.ts';
import { RegistrarFailure } from '../../../domain/failure.ts';
import type { DiscoveryView } from '../../../domain/registration/view.ts';
import { fakeTerminal } from '../../unit/cli/fakeTerminal.ts';
import { type RealApp, startRealApp } from '../dashboard/realApp.ts';
import { active, attention, hostileText } from '../dashboard/states.ts';

/** What preflight finds: by the path of the FHIR base URL. */
async function readDiscovery({ fhirBaseUrl }: { readonly fhirBaseUrl: string }): Promise<DiscoveryView> {
  if (fhirBaseUrl.endsWith('/away'))
    throw new RegistrarFailure({ reason: 'PeerNotAnswering', retryClass: 'transient', message: 'no answer' });
  const message = `${hostileText}\u001b[2J`;
  return {
    registrationEndpoint: fhirBaseUrl.endsWith('/by-hand') ? null : 'https://ehr.example/register',
    registrationSource: fhirBaseUrl.endsWith('/by-hand') ? 'none' : 'smart-configuration',
    source: 'smart-configuration',
    tokenEndpoint: 'https://ehr.example/token',
    authorizationEndpoint: 'https://ehr.example/authorize',
    issuer: null,
    jwksUri: null,
    scopesSupported: ['openid'],
    capabilities: null,
    tokenEndpointAuthMethods: null,
    findings: [{ code: 'noted', severity: fhirBaseUrl.endsWith('/odd') ? 'error' : 'info', message }],
    evidence: [],
  };
}

const main = join(import.meta.dirname, '../../../cli/main.ts');
const mercy = 'mercy.chart-app.production.main';
const valley = 'valley.chart-app.production.main';

describe('the command line against the real API', () => {
  let app: RealApp;
  let directory: string;
  let connection: string[];

  beforeAll(async () => {
    app = await startRealApp(null, readDiscovery);
    directory = await mkdtemp(join(tmpdir(), 'registrar-cli-'));
    const keyFile = join(directory, 'key');
    await writeFile(keyFile, `${await app.newKey('administrator')}\n`);
    connection = ['--url', app.url, '--key-file', keyFile];
    await app.addTenant('mercy');
    await app.record(mercy, { type: 'registration.activated', message: 'It works.' }, active('mercy'));
    await app.addTenant('valley');
    const message = `${hostileText}\u001b[2J`;
    await app.record(
      valley,
      { type: 'registration.attention', reason: 'RegistrationForbidden', message },
      attention('awaiting_token', 'RegistrationForbidden', message),
    );
  });
  afterAll(async () => {
    await app.close();
    await rm(directory, { recursive: true, force: true });
  });

  async function run(args: string[], settings: Parameters<typeof fakeTerminal>[0] = {}) {
    const terminal = fakeTerminal(settings);
    const exitCode = await runCommandLine([...args, ...connection], { ...terminal, now: Date.now });
    return { exitCode, out: terminal.printed.join('\n'), notes: terminal.notes.join('\n') };
  }

  async function file(name: string, text: string): Promise<string> {
    const path = join(directory, name);
    await writeFile(path, text);
    return path;
  }

  test('from the application to the first tenant, its token from a file', async () => {
    const application = {
      applicationId: 'portal',
      clientMetadata: { client_name: 'P', redirect_uris: ['https://p.example.org/cb'], scope: 'openid' },
    };
    const path = await file('portal.json', JSON.stringify(application));
    expect(await run(['application', 'apply', path])).toMatchObject({
      exitCode: 0,
      out: 'Application portal has revision 1.',
    });
    const token = await file('token', 'iat-from-a-file\n');
    const options = [
      '--name',
      'Lakeside',
      '--application',
      'portal',
      '--environment',
      'test2',
      '--endpoint',
      'patients',
    ];
    const added = await run([
      ...['tenant', 'add', 'lakeside', '--fhir-base-url', 'https://fhir.lakeside.example/r4', '--json'],
      ...[...options, '--initial-access-token-file', token],
    ]);
    expect(added.exitCode).toBe(0);
    expect(JSON.parse(added.out)).toMatchObject({
      tenantId: 'lakeside',
      registrations: [{ registrationId: 'lakeside.portal.test2.patients', phase: 'discovering' }],
    });
    expect(added.out + added.notes).not.toContain('iat-from-a-file');
    const start = await app.records.entityStart('lakeside.portal.test2.patients');
    const claimed = await app.records.claimEnteringSecret(
      start?.initialAccessTokenRef ?? '',
      'lakeside.portal.test2.patients',
    );
    expect(claimed).toBe('iat-from-a-file');
  });

  test.each<[string, string, number, RegExp]>([
    ['can go ahead', '/r4', 0, /dynamic.*Next: An operator gets an initial access token/s],
    ['goes by hand', '/by-hand', 0, /manual.*Next: An operator adds the registration/s],
    ['is odd', '/odd', 1, /error noted.*Next: An operator asks the health system/s],
    ['is away', '/away', 1, /not known.*peer-not-answering.*Next: The health system did not answer/s],
  ])('preflight of a health system that %s', async (_what, path, exitCode, text) => {
    const args = ['preflight', `https://ehr.example${path}`, '--application', 'chart-app'];
    const { out, notes, ...ended } = await run(args, { columns: 100 });
    expect(ended.exitCode).toBe(exitCode);
    expect(out).toMatch(text);
    expect(out).not.toMatch(/[^\P{Cc}\n]/u);
    expect(notes).toBe('');
    const json = await run([...args, '--json']);
    expect(json.exitCode).toBe(exitCode);
    expect(Object.keys(JSON.parse(json.out))).toEqual(['method', 'discovery', 'lint', 'scopes', 'nextAction']);
  });

  test.each<[string, string[], RegExp]>([
    ['a preflight of no URL', ['preflight', 'ehr.example'], /\/fhirBaseUrl: must be an absolute https URL/],
    [
      'a preflight of an unknown application',
      ['preflight', 'https://ehr.example', '--application', 'nope'],
      /\/applicationId: there is no such application/,
    ],
    ['an id that exists', ['tenant', 'add', 'mercy', '--name', 'again'], /\/tenantId/],
    [
      'an unknown application',
      ['tenant', 'add', 'hope', '--name', 'h', '--application', 'nope', '--fhir-base-url', 'https://h.example'],
      /applicationId/,
    ],
    ['an unknown registration', ['verify', 'a.b.c.d'], /no such registration/],
    ['an unknown key', ['key', 'revoke', 'nope'], /no such key/i],
  ])('%s ends with 2 and one line', async (_name, args, line) => {
    const { exitCode, out, notes } = await run(args);
    expect(notes).toMatch(line);
    expect(notes).not.toContain('\n');
    expect(out).toBe('');
    expect(exitCode).toBe(2);
  });

  test('a role that may not ends with 1', async () => {
    const viewer = await file('viewer', await app.newKey('viewer'));
    const terminal = fakeTerminal();
    expect(await runCommandLine(['verify', mercy, '--url', app.url, '--key-file', viewer], terminal)).toBe(1);
    expect(terminal.notes).toHaveLength(1);
  });

  test('status puts attention first and lets no escape of a peer through', async () => {
    const { exitCode, out } = await run(['status'], { columns: 100 });
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^1 needs attention\.\n! valley\.chart-app\.production\.main/);
    expect(out).toContain('Do: Ask the administrator');
    expect(out.indexOf('valley')).toBeLessThan(out.indexOf('mercy'));
    expect(out).not.toContain('\u001b');

    const json = JSON.parse((await run(['status', '--json', '--tenant', 'mercy'])).out);
    expect(json).toMatchObject({ items: [{ registrationId: mercy, phase: 'active' }], needsAttention: 0, more: false });
    const detail = await run(['status', mercy]);
    expect(detail.out).toContain('client-of-mercy');
    expect(detail.out).toContain('It works.');
  });

  test('status pages, and says how many are left', async () => {
    const { out } = await run(['status', '--limit', '1']);
    expect(out).toMatch(/… and [1-9] more/);
  });

  test.each([
    ['credential.rotated', 0, 'succeeded: Said by the entity.'],
    ['credential.rotation-deferred', 1, 'deferred: Said by the entity.'],
    ['credential.rotation-failed', 1, 'failed: Said by the entity.'],
  ] as const)('rotate --wait ends with the outcome of its own operation: %s', async (type, exitCode, out) => {
    const before = app.operations.length;
    const waiting = run(['rotate', mercy, '--wait', '--reason', 'audit']);
    await expect.poll(() => app.operations.length).toBe(before + 1);
    const operation = app.operations.at(-1);
    expect(operation).toMatchObject({ kind: 'rotate', reason: 'audit' });
    await app.record(mercy, { type: 'credential.rotated', message: 'Another one.', operationId: 'other' });
    await app.record(mercy, { type, message: 'Said by the entity.', operationId: operation?.operationId ?? '' });
    expect(await waiting).toMatchObject({ exitCode, out });
  });

  test('retire and verify answer their operation at once without --wait', async () => {
    for (const kind of ['verify', 'retire'] as const) {
      const { exitCode, out } = await run([kind, mercy, '--json']);
      expect(exitCode).toBe(0);
      expect(JSON.parse(out)).toEqual({ registrationId: mercy, operationId: app.operations.at(-1)?.operationId });
      expect(app.operations.at(-1)?.kind).toBe(kind);
    }
  });

  test('a key is made, used, listed and revoked', async () => {
    const created = await run(['key', 'create', '--name', 'night shift', '--role', 'viewer', '--expires-in', 'P30D']);
    expect(created.exitCode).toBe(0);
    expect(created.out).toMatch(/^rgk_[\w-]{43}$/);
    const keyId = /Key ([0-9a-f-]{36})/.exec(created.notes)?.[1] ?? '';
    const terminal = fakeTerminal({ input: `${created.out}\n` });
    expect(await runCommandLine(['status', '--json', '--url', app.url, '--key-stdin'], terminal)).toBe(0);
    expect((await run(['key', 'list'])).out).toMatch(
      new RegExp(`${keyId} +night shift +viewer +all +all +expires in 29 days`),
    );
    expect(await run(['key', 'revoke', keyId])).toMatchObject({ exitCode: 0 });
    expect((await run(['key', 'list'])).out).toMatch(new RegExp(`${keyId}.*revoked`));
    const after = fakeTerminal({ input: created.out });
    expect(await runCommandLine(['status', '--url', app.url, '--key-stdin'], after)).toBe(1);
  });

  test('status --watch prints one line per event into a pipe, also after a lost connection', async () => {
    const ending = new AbortController();
    const terminal = fakeTerminal({ signal: ending.signal });
    const watching = runCommandLine(['status', '--watch', ...connection], terminal);
    await expect.poll(() => terminal.notes).toContain('Following events; Ctrl-C ends.');
    await app.record(mercy, { type: 'credential.proved', message: 'First.' });
    await expect.poll(() => terminal.printed.at(-1)).toContain(`${mercy} credential.proved: First.`);
    await app.unplug();
    await expect.poll(() => terminal.notes.at(-1)).toContain('connecting again');
    await app.record(mercy, { type: 'credential.proved', message: 'Meanwhile.' });
    await app.plugIn();
    await expect.poll(() => terminal.printed.at(-1), { timeout: 30_000 }).toContain('Meanwhile.');
    ending.abort();
    expect(await watching).toBe(0);
  });

  test('status --watch --json prints objects only', async () => {
    const ending = new AbortController();
    const terminal = fakeTerminal({ signal: ending.signal });
    const watching = runCommandLine(['status', mercy, '--watch', '--json', ...connection], terminal);
    await expect.poll(() => terminal.notes.length).toBe(1);
    await app.record(valley, { type: 'step.delayed', message: 'Of another registration.' });
    await app.record(mercy, { type: 'credential.proved', message: 'Mine.' });
    await expect.poll(() => terminal.printed.length).toBe(1);
    expect(JSON.parse(terminal.printed[0] ?? '')).toMatchObject({ registrationId: mercy, message: 'Mine.' });
    ending.abort();
    expect(await watching).toBe(0);
  });

  test('status --watch redraws a terminal in place on events and gives it back', async () => {
    const ending = new AbortController();
    const terminal = fakeTerminal({ signal: ending.signal, columns: 100 });
    const watching = runCommandLine(['status', '--watch', ...connection], terminal);
    await expect.poll(() => terminal.printed.at(-1)).toContain('· live ·');
    await app.record(
      mercy,
      { type: 'credential.health-changed', message: 'Overdue.' },
      { credentialHealth: 'overdue' },
    );
    await expect.poll(() => terminal.printed.at(-1)).toContain('overdue');
    ending.abort();
    expect(await watching).toBe(0);
    const all = terminal.printed;
    expect(all[0]).toBe('\u001b[?1049h\u001b[?25l');
    expect(all.at(-1)).toBe('\u001b[?25h\u001b[?1049l');
    for (const drawn of all.slice(1, -1)) {
      expect(drawn.startsWith('\u001b[?2026h\u001b[H')).toBe(true);
      expect(drawn).not.toContain('\u001b[2J');
    }
  });

  test('a watch whose key is revoked ends with 1', async () => {
    const key = await file('short-lived', await app.newKey('viewer'));
    const terminal = fakeTerminal();
    const watching = runCommandLine(['status', '--watch', '--url', app.url, '--key-file', key], terminal);
    await expect.poll(() => terminal.notes).toContain('Following events; Ctrl-C ends.');
    const { items } = await app.records.keys({ limit: 500 });
    await app.records.revokeKey(items.at(-1)?.keyId ?? '');
    await app.unplug();
    await app.plugIn();
    expect(await watching).toBe(1);
  });

  test('nobody listening ends with 1 and what to do', async () => {
    await app.unplug();
    try {
      const { exitCode, notes } = await run(['status']);
      expect(notes).toMatch(/does not answer.*\(connection refused\).*registrar start/);
      expect(exitCode).toBe(1);
    } finally {
      await app.plugIn();
    }
  });
});

describe('the command line as a process', () => {
  interface Ended {
    readonly exitCode: number | null;
    readonly out: string;
    readonly notes: string;
  }

  async function spawned(args: string[], input: string, dataDir: string): Promise<Ended> {
    const child = spawn(process.execPath, [main, ...args], {
      env: { PATH: process.env['PATH'], REGISTRAR_DATA_DIR: dataDir },
      stdio: 'pipe',
    });
    child.stdin.end(input);
    const [out, notes, exitCode] = await Promise.all([
      readText(child.stdout),
      readText(child.stderr),
      new Promise<number | null>((resolve) => child.once('close', resolve)),
    ]);
    return { exitCode, out, notes };
  }

  test('a stopped Registrar is given a key, straight in its database', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'registrar-offline-'));
    const dataDir = join(directory, 'data');
    try {
      const created = await spawned(['key', 'create', '--name', 'first', '--role', 'administrator'], '', dataDir);
      expect(created).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^rgk_[\w-]{43}\n$/) });
      const listed = await spawned(['key', 'list', '--json'], '', dataDir);
      expect(JSON.parse(listed.out).items).toMatchObject([{ name: 'first', role: 'administrator' }]);
      expect(listed.out).not.toContain(created.out.trim());
      expect((await stat(dataDir)).mode & 0o077).toBe(0);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  test('bad input ends the process with 2, help with 0', async () => {
    expect(await spawned(['rotate', 'x'], '', '/nonexistent')).toMatchObject({
      exitCode: 2,
      out: '',
      notes: expect.stringMatching(/^registrar: REGISTRATION: [^\n]*\n$/),
    });
    expect(await spawned(['status', '--help'], '', '/nonexistent')).toMatchObject({ exitCode: 0, notes: '' });
  });
});
