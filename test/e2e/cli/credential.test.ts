import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommandLine } from '../../../cli/program.ts';
import { fakeTerminal } from '../../unit/cli/fakeTerminal.ts';
import { type RealApp, startRealApp } from '../dashboard/realApp.ts';

const mercy = 'mercy.chart-app.production.main';
const secret = 'planted-client-secret';

describe('credential supply against the real API', () => {
  let app: RealApp;
  let directory: string;
  let connection: string[];

  beforeAll(async () => {
    app = await startRealApp(null);
    directory = await mkdtemp(join(tmpdir(), 'registrar-cli-'));
    const keyFile = join(directory, 'key');
    await writeFile(keyFile, `${await app.newKey('operator')}\n`);
    connection = ['--url', app.url, '--key-file', keyFile];
    await app.addTenant('mercy');
  });
  afterAll(async () => {
    await app.close();
    await rm(directory, { recursive: true, force: true });
  });

  async function supply(args: string[], settings: Parameters<typeof fakeTerminal>[0] = {}) {
    const before = app.operations.length;
    const terminal = fakeTerminal(settings);
    const line = ['credential', 'supply', mercy, '--client-id', 'client-1', ...args, ...connection];
    const exitCode = await runCommandLine(line, { ...terminal, now: Date.now });
    const said = [...terminal.printed, ...terminal.notes].join('\n');
    expect(said).not.toContain(secret);
    return { exitCode, said, asked: app.operations.slice(before) };
  }

  async function sealed(): Promise<unknown> {
    const operation = app.operations.at(-1);
    const value = await app.records.claimEnteringSecret(operation?.operationId ?? '', mercy);
    return JSON.parse(value ?? 'null');
  }

  test.each<[string, string[], Parameters<typeof fakeTerminal>[0], Record<string, unknown>]>([
    ['asked for', [], { answer: secret, said: '2199-05-01' }, { expiresAt: Date.UTC(2199, 4, 1), expiryKnown: true }],
    ['asked for, its expiry unknown', [], { answer: secret, said: '' }, { expiresAt: null, expiryKnown: false }],
    [
      'from standard input',
      ['--secret-stdin', '--expires-at', 'never'],
      { input: `${secret}\n` },
      { expiryKnown: true },
    ],
    ['whose expiry is said to be unknown', ['--secret-stdin', '--expires-at', 'unknown'], { input: secret }, {}],
  ])('hands over a secret %s', async (_what, args, settings, details) => {
    const { exitCode, asked } = await supply(args, settings);
    expect(exitCode).toBe(0);
    expect(asked).toMatchObject([{ kind: 'supplyCredential', details: { clientId: 'client-1', ...details } }]);
    expect(await sealed()).toEqual({ clientSecret: secret });
  });

  test('asks for no secret of a public client', async () => {
    expect((await supply(['--auth-method', 'none'])).exitCode).toBe(0);
    expect(await sealed()).toEqual({});
  });

  test.each<[string, string[], Parameters<typeof fakeTerminal>[0], RegExp]>([
    ['no secret and no terminal', [], {}, /--secret-file: no client secret was given/],
    ['no expiry and no terminal', ['--secret-stdin'], { input: secret }, /--expires-at: it was not said/],
    [
      'an expiry that is no time',
      ['--secret-stdin', '--expires-at', 'soon'],
      { input: secret },
      /--expires-at: it is not/,
    ],
    ['a secret as an argument', ['--client-secret', 'x'], {}, /--client-secret: a secret is never an argument/],
    ['a method that is none', ['--auth-method', 'basic'], {}, /--auth-method/],
    [
      'an expiry that has passed',
      ['--secret-stdin', '--expires-at', '2020-01-01'],
      { input: secret },
      /\/expiresAt: has passed already/,
    ],
  ])('with %s is refused with exit code 2', async (_what, args, settings, message) => {
    const { exitCode, said, asked } = await supply(args, settings);
    expect([exitCode, asked]).toEqual([2, []]);
    expect(said).toMatch(message);
  });
});
