import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { buildProgram, runCommandLine } from '../../../cli/program.ts';
import { fakeTerminal } from './fakeTerminal.ts';

async function run(args: string[], settings: Parameters<typeof fakeTerminal>[0] = {}) {
  const terminal = fakeTerminal(settings);
  return { exitCode: await runCommandLine(args, terminal), out: terminal.printed, notes: terminal.notes };
}

const registration = 'mercy.chart-app.production.main';

describe('bad input ends with 2 and one line that names the field', () => {
  test.each<[string, string[], RegExp]>([
    ['unknown command', ['deploy'], /unknown command 'deploy'/],
    ['unknown option', ['status', '--wide'], /unknown option '--wide'.*registrar status --help/],
    ['missing argument', ['rotate'], /missing required argument 'registration'.*registrar rotate --help/],
    ['missing option', ['key', 'create', '--role', 'viewer'], /--name <name>.*registrar key create --help/],
    ['unknown role', ['key', 'create', '--name', 'a', '--role', 'root'], /--role.*viewer, operator, administrator/],
    ['unknown phase', ['status', '--phase', 'done'], /--phase/],
    ['limit of zero', ['status', '--limit', '0'], /--limit/],
    ['timeout that is no number', ['verify', registration, '--timeout', 'soon'], /--timeout/],
    ['registration id with three parts', ['retire', 'mercy.chart-app.main'], /REGISTRATION.*tenant\.application/],
    ['registration id of nothing to resume', ['resume', 'mercy'], /REGISTRATION/],
    ['no registration to retry', ['retry'], /missing required argument 'registration'.*registrar retry --help/],
    [
      'no registration to discover',
      ['discover'],
      /missing required argument 'registration'.*registrar discover --help/,
    ],
    ['registration of no application', ['registration', 'add', 'mercy'], /--application.*missing/],
    [
      'registration without FHIR base URL',
      ['registration', 'add', 'mercy', '--application', 'a'],
      /--fhir-base-url.*missing/,
    ],
    [
      'no initial access token to supply',
      ['initial-access-token', 'supply', registration],
      /--initial-access-token-file: no initial access token/,
    ],
    ['no registration to overwrite', ['overwrite', '--wait'], /missing required argument/],
    ['timeout of no time', ['accept-current', registration, '--timeout', '0'], /--timeout/],
    ['registration id that is a path', ['verify', '../../v1/keys.a.b.c'], /REGISTRATION/],
    [
      'authorization server id that is none',
      ['authorization-server', 'show', '../keys'],
      /SERVER.*authorization-server list/,
    ],
    [
      'credentials of no kind',
      ['authorization-server', 'credentials', 'set', 'as-0123456789abcdef0123', '--client-id', 'a'],
      /--kind.*credentials set --help/,
    ],
    [
      'credentials of a kind that does not exist',
      ['authorization-server', 'credentials', 'remove', 'as-0123456789abcdef0123', '--kind', 'root'],
      /--kind.*service, administrator/,
    ],
    [
      'credentials without a secret where nobody can be asked',
      [
        'authorization-server',
        'credentials',
        'set',
        'as-0123456789abcdef0123',
        '--kind',
        'service',
        '--client-id',
        'a',
      ],
      /--client-secret-file.*--client-secret-stdin/,
    ],
    [
      'a client secret as argument',
      ['authorization-server', 'credentials', 'set', 'as-0123456789abcdef0123', '--client-secret', 'x'],
      /--client-secret.*never an argument/,
    ],
    ['tenant id with capitals', ['tenant', 'add', 'Mercy', '--name', 'm'], /TENANT.*a-z/],
    [
      'application without FHIR base URL',
      ['tenant', 'add', 'mercy', '--name', 'm', '--application', 'a'],
      /--fhir-base-url.*missing/,
    ],
    [
      'FHIR base URL without application',
      ['tenant', 'add', 'mercy', '--name', 'm', '--fhir-base-url', 'https://a.example'],
      /--application.*missing/,
    ],
    [
      'application of a preflight that is no id',
      ['preflight', 'https://a.example', '--application', 'A'],
      /--application.*a-z/,
    ],
    [
      'environment of no application',
      ['preflight', 'https://a.example', '--environment', 'sandbox'],
      /--environment.*--application/,
    ],
    [
      'launch that ended in another way',
      ['report-launch', registration, '--outcome', 'works'],
      /--outcome.*success, failure/,
    ],
    [
      'approval without evidence',
      ['approve-endpoint', registration, 'https://a.example/register'],
      /--evidence.*registrar approve-endpoint --help/,
    ],
    [
      'approval with half a hash',
      ['approve-endpoint', registration, 'https://a.example/register', '--evidence', 'abc'],
      /--evidence.*64.*registrar status/,
    ],
    ['task without a change', ['task', registration], /--state.*nothing to note.*--submitted-at/],
    ['task in another state', ['task', registration, '--state', 'done'], /--state.*open, submitted, verified/],
    ['launch without its end', ['report-launch', registration], /--outcome.*registrar report-launch --help/],
    ['preflight of nothing', ['preflight'], /missing required argument 'fhir-base-url'.*registrar preflight --help/],
    ['file that is not there', ['application', 'apply', '/nonexistent/a.json'], /FILE.*ENOENT/],
    ['tenant bound of a bad id', ['key', 'create', '--name', 'a', '--role', 'viewer', '--tenant', 'A!'], /--tenant/],
    [
      'duration in words',
      ['key', 'create', '--name', 'a', '--role', 'viewer', '--expires-in', '30 days'],
      /--expires-in.*P30D/,
    ],
    ['plain http to another machine', ['status', '--url', 'http://registrar.example'], /--url.*https/],
    ['address with a password', ['status', '--url', 'https://a:b@registrar.example'], /--url.*password/],
    ['address of another scheme', ['status', '--url', 'ftp://registrar.example'], /--url/],
    ['no key anywhere', ['status', '--url', 'https://registrar.example'], /--key-file/],
    ['key file that is not there', ['status', '--key-file', '/nonexistent/key'], /--key-file.*ENOENT/],
    ['both ways of a key', ['status', '--key-file', 'a', '--key-stdin'], /--key-stdin.*cannot be used with/],
    [
      'two secrets by standard input',
      ['tenant', 'add', 'mercy', '--name', 'm', '--key-stdin', '--initial-access-token-stdin'],
      /--key-stdin/,
    ],
  ])('%s', async (_name, args, message) => {
    const { exitCode, out, notes } = await run(args);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(message);
    expect(notes[0]).not.toContain('\n');
    expect(out).toEqual([]);
    expect(exitCode).toBe(2);
  });

  test('an empty key from standard input', async () => {
    expect(await run(['status', '--key-stdin'], { input: '\n' })).toMatchObject({ exitCode: 2 });
  });

  test('as JSON with --json', async () => {
    const { exitCode, notes } = await run(['rotate', 'mercy', '--json']);
    expect(exitCode).toBe(2);
    expect(JSON.parse(notes[0] ?? '')).toMatchObject({ error: { exitCode: 2, message: /REGISTRATION/ } });
  });

  test('a group without its command shows its help', async () => {
    const { exitCode, out, notes } = await run(['key']);
    expect(exitCode).toBe(2);
    expect(out).toEqual([]);
    expect(notes.join('\n')).toContain('revoke');
  });
});

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

function pathOf(command: Command): string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()];
}

describe('help', () => {
  const program = buildProgram({ terminal: fakeTerminal(), finish: () => undefined });
  const paths = allCommands(program).map(pathOf);

  test('every command of the contract is there', () => {
    const names = paths.map((path) => path.join(' '));
    expect(names).toEqual(
      expect.arrayContaining([
        ...['start', 'api', 'worker', 'migrate', 'key create', 'key list', 'key revoke', 'application apply'],
        ...[
          'tenant add',
          'preflight',
          'status',
          'rotate',
          'retire',
          'verify',
          'retry',
          'suspend',
          'resume',
          'accept-current',
          'overwrite',
          'report-launch',
          'approve-endpoint',
          'task',
        ],
      ]),
    );
  });

  test.each(paths.map((path) => [path.join(' ') || 'registrar', path] as const))(
    'of %s has an example',
    async (_, path) => {
      const { exitCode, out } = await run([...path, '--help']);
      expect(exitCode).toBe(0);
      expect(out.join('')).toMatch(/Examples?:\n {2}\$ (registrar|[A-Z_]+=|cat )/);
    },
  );

  test('every option of an example exists', async () => {
    for (const command of allCommands(program).filter(({ commands }) => commands.length === 0)) {
      const path = pathOf(command);
      const { out } = await run([...path, '--help']);
      const [options = '', examples = ''] = out.join('').split(/Examples?:\n/);
      for (const [option] of examples.matchAll(/(?<=\s)--[a-z-]+/g))
        expect(options, `${path.join(' ')} ${option}`).toContain(option);
    }
  });
});
