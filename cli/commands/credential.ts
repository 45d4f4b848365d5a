import { type Command, Option } from 'commander';
import { authMethods } from '../../domain/words.ts';
import { type ConnectionOptions, connect, readSecret, withConnection } from '../connection.ts';
import { badInput, exitCodes } from '../errors.ts';
import { plainText } from '../plainText.ts';
import type { Terminal } from '../terminal.ts';
import { type Context, printJson } from './context.ts';
import { type Accepted, checkRegistrationId, outcome } from './operations.ts';
import { parseSeconds } from './waiting.ts';

interface SupplyOptions extends ConnectionOptions {
  readonly clientId: string;
  readonly authMethod?: string;
  readonly secretFile?: string;
  readonly secretStdin?: true;
  readonly issuedAt?: string;
  readonly expiresAt?: string;
  readonly clientExpiresAt?: string;
  readonly registrationAccessTokenFile?: string;
  readonly registrationClientUriFile?: string;
  readonly reason?: string;
  readonly wait?: true;
  readonly timeout: number;
}

/** `credential supply`: what came back from a vendor portal or a hospital. */
export function addCredentialCommands(program: Command, context: Context): void {
  const credential = program
    .command('credential')
    .description('credentials of clients')
    .addHelpText(
      'after',
      '\nExample:\n  $ registrar credential supply mercy.chart-app.production.main --client-id 2f1c',
    );
  withConnection(
    credential
      .command('supply')
      .argument('<registration>', 'registration id, such as mercy.chart-app.production.main')
      .requiredOption('--client-id <id>', 'client id')
      .addOption(new Option('--auth-method <method>', 'token endpoint authentication method').choices(authMethods))
      .option('--secret-file <file>', 'file with the client secret (default: it is asked for, and not shown)')
      .addOption(new Option('--secret-stdin', 'read it from standard input').conflicts('secretFile'))
      .option('--expires-at <time>', 'when the secret expires: a time, "never" or "unknown" (default: it is asked for)')
      .option('--issued-at <time>', 'when the secret was issued (default: now)')
      .option('--client-expires-at <time>', 'end of life of the client itself')
      .option('--registration-access-token-file <file>', 'file with the registration access token (RFC 7592)')
      .option('--registration-client-uri-file <file>', 'file with the registration client URI that belongs to it')
      .option('--reason <text>', 'where it came from; shown in the timeline')
      .option('--wait', 'wait until it is proved or refused')
      .option('--timeout <seconds>', 'longest wait', parseSeconds, 300),
  )
    .description('supply client id and secret of a client that exists: proves it, registers nothing')
    .addHelpText(
      'after',
      `
Examples:
  $ registrar credential supply mercy.chart-app.production.main --client-id 2f1c --expires-at 2027-05-01
  $ vault read -field=secret mercy | registrar credential supply mercy.chart-app.production.main \\
      --client-id 2f1c --secret-stdin --expires-at unknown --wait
  $ registrar credential supply valley.chart-app.production.main --client-id public-1 --auth-method none

The secret goes straight into the secret store. With --wait the exit code is 0 only when it was proved.`,
    )
    .action((registrationId: string, options: SupplyOptions) => supply(registrationId, options, context));
}

async function supply(registrationId: string, options: SupplyOptions, context: Context): Promise<void> {
  const { terminal } = context;
  checkRegistrationId(registrationId);
  if (options.keyStdin === true && options.secretStdin === true)
    throw badInput('--key-stdin', 'standard input carries the client secret already', 'Use --key-file FILE');
  const issuedAt = timeOf('--issued-at', options.issuedAt);
  const clientExpiresAt = timeOf('--client-expires-at', options.clientExpiresAt);
  const given = options.expiresAt === undefined ? undefined : expiryOf(options.expiresAt);
  const clientSecret = options.authMethod === 'none' ? undefined : await clientSecretOf(terminal, options);
  const expiresAt = clientSecret === undefined || options.expiresAt !== undefined ? given : await askedExpiry(terminal);
  const client = await connect(terminal, options);
  const accepted = await client.send<Accepted>('POST', `/v1/registrations/${registrationId}/credential`, {
    clientId: options.clientId,
    tokenEndpointAuthMethod: options.authMethod,
    clientSecret,
    issuedAt,
    expiresAt,
    clientExpiresAt,
    registrationAccessToken: await fromFile(terminal, 'registration-access-token', options.registrationAccessTokenFile),
    registrationClientUri: await fromFile(terminal, 'registration-client-uri', options.registrationClientUriFile),
    reason: options.reason,
  });
  if (options.wait !== true) {
    if (options.json === true) printJson(terminal, accepted);
    else terminal.out(`Accepted: it is stored and proved next. Follow it with registrar status ${registrationId}`);
    return;
  }
  const deadline = terminal.now() + options.timeout * 1000;
  const end = await outcome(client, 'supplyCredential', accepted, deadline, context);
  if (options.json === true)
    printJson(terminal, { ...accepted, outcome: end?.outcome ?? 'pending', event: end?.event });
  else if (end === null)
    terminal.out(
      `Not proved within ${options.timeout} seconds; Registrar goes on trying: registrar status ${registrationId}`,
    );
  else terminal.out(plainText(`${end.outcome}: ${end.event.message}`));
  context.finish(end?.outcome === 'succeeded' ? exitCodes.done : exitCodes.failed);
}

async function clientSecretOf(terminal: Terminal, options: SupplyOptions): Promise<string> {
  const { secretFile: file, secretStdin: stdin } = options;
  const secret = await readSecret(terminal, 'secret', { file, stdin, prompt: 'Client secret (not shown)' });
  if (secret !== null) return secret;
  throw badInput(
    '--secret-file',
    'no client secret was given and there is no terminal to ask at',
    'Give --secret-file FILE or --secret-stdin, or --auth-method none for a public client',
  );
}

async function fromFile(terminal: Terminal, name: string, file: string | undefined): Promise<string | undefined> {
  return file === undefined ? undefined : ((await readSecret(terminal, name, { file })) ?? undefined);
}

/** Nobody sends when a secret that came by hand expires: the person who has it in front of them is asked. */
async function askedExpiry(terminal: Terminal): Promise<string | null | undefined> {
  const answer = await terminal.ask(
    'When does the secret expire? (such as 2027-05-01, "never", or empty if unknown): ',
  );
  if (answer === null)
    throw badInput(
      '--expires-at',
      'it was not said when the secret expires, which nobody else tells',
      'Give a time such as 2027-05-01, "never" or "unknown"',
    );
  return answer.trim() === '' ? undefined : expiryOf(answer.trim());
}

/** Null = never; undefined = unknown. */
function expiryOf(text: string): string | null | undefined {
  if (text === 'never') return null;
  return text === 'unknown' ? undefined : timeOf('--expires-at', text);
}

/** A date (its beginning, UTC) or an RFC 3339 time, as UTC. */
function timeOf(field: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const time = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw badInput(field, 'it is not a time', 'Write it like 2027-05-01 or 2027-05-01T12:00:00Z');
}
