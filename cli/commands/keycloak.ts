import { type Command, Option } from 'commander';
import type {
  KeycloakAuthentication,
  KeycloakClientResult,
  KeycloakOperation,
} from '../../domain/servers/keycloakClients.ts';
import { type ConnectionOptions, connect, withConnection } from '../connection.ts';
import { badInput } from '../errors.ts';
import {
  type AskerOptions,
  askerKinds,
  type BodyOptions,
  keycloakLines,
  readAsker,
  readBody,
  readText,
} from '../keycloakClient.ts';
import { type Context, printJson } from './context.ts';

interface ClientOptions extends ConnectionOptions, AskerOptions, BodyOptions {
  readonly realm: string;
  readonly provider: string;
}

/** Longest wait for the answer, in milliseconds: a bearer, a read and a write at a slow server. */
const answerWithin = 90_000;

const providers: Readonly<Record<KeycloakOperation, readonly string[]>> = {
  create: ['default', 'openid-connect', 'saml2-entity-descriptor'],
  get: ['default', 'openid-connect', 'install'],
  update: ['default', 'openid-connect'],
  delete: ['default', 'openid-connect'],
  'update-token': ['default', 'openid-connect'],
};

const descriptions: Readonly<Record<KeycloakOperation, string>> = {
  create: 'register a client; its secret and its registration access token go to the secret store',
  get: 'read a client, or with --provider install what its adapter needs; secrets go to the secret store',
  update: 'change a client: all of it by --file, or some members by --set and --unset',
  delete: 'delete a client, and its stored secrets',
  'update-token': 'get a new registration access token: by an account of the realm, or by the present token',
};

const examples: Readonly<Record<KeycloakOperation, string>> = {
  create: `  $ registrar keycloak client create --realm https://id.example.org/realms/smart \\
      --as initial-access-token --set clientId=chart-app --set 'redirectUris=["https://app.example.org/callback"]'
  $ registrar keycloak client create --realm https://id.example.org/realms/smart \\
      --provider saml2-entity-descriptor --as service-account --account registrar --file sp-metadata.xml`,
  get: `  $ registrar keycloak client get chart-app --realm https://id.example.org/realms/smart
  $ registrar keycloak client get chart-app --realm https://id.example.org/realms/smart --provider install --as client`,
  update: `  $ registrar keycloak client update chart-app --realm https://id.example.org/realms/smart --set name="Chart App"
  $ registrar keycloak client update chart-app --realm https://id.example.org/realms/smart --file client.json`,
  delete: '  $ registrar keycloak client delete chart-app --realm https://id.example.org/realms/smart',
  'update-token': `  $ registrar keycloak client update-token chart-app --realm https://id.example.org/realms/smart \\
      --as service-account --account registrar --secret-prompt`,
};

/** `keycloak client create|get|update|delete|update-token`. */
export function addKeycloakCommands(program: Command, context: Context): void {
  const example = `\nExample:\n${examples.get.split('\n', 1)[0]}`;
  const client = program
    .command('keycloak')
    .description('clients of Keycloak realms that are kept by hand, beside the registrations')
    .addHelpText('after', example)
    .command('client')
    .description("one client, through Keycloak's client registration providers; see docs/keycloak.md")
    .addHelpText('after', example);
  for (const operation of Object.keys(descriptions) as KeycloakOperation[]) addOperation(client, operation, context);
}

function addOperation(parent: Command, operation: KeycloakOperation, context: Context): void {
  const command = withAsker(parent.command(operation), operation);
  if (operation !== 'create') command.argument('<client-id>', 'OAuth client id, or entity id of a SAML client');
  if (operation === 'create' || operation === 'update') withBody(command, operation);
  withConnection(command)
    .description(descriptions[operation])
    .addHelpText(
      'after',
      `
Examples:
${examples[operation]}

Secrets are read from a file, standard input or a prompt, or are the stored ones; never arguments.`,
    )
    .action(async (...given: unknown[]) => {
      const options = command.opts<ClientOptions>();
      const clientId = operation === 'create' ? null : String(given[0]);
      await carryOut(operation, clientId, options, context);
    });
}

function withAsker(command: Command, operation: KeycloakOperation): Command {
  return command
    .requiredOption('--realm <url>', 'issuer of the realm, such as https://id.example.org/realms/smart')
    .addOption(
      new Option('--provider <name>', 'client registration provider').choices(providers[operation]).default('default'),
    )
    .addOption(
      new Option(
        '--as <kind>',
        `who asks${operation === 'create' ? '' : ' (default: the stored registration access token)'}`,
      ).choices(kindsOf(operation)),
    )
    .option('--account <name>', 'client id of the service account, or name of the user')
    .option('--user-client <id>', 'client that the user signs in with (default: admin-cli)')
    .option('--secret-file <file>', 'file with the token, secret or password')
    .addOption(new Option('--secret-stdin', 'read it from standard input').conflicts('secretFile'))
    .addOption(new Option('--secret-prompt', 'ask for it without showing it').conflicts(['secretFile', 'secretStdin']));
}

function kindsOf(operation: KeycloakOperation): KeycloakAuthentication['kind'][] {
  const isOf: Readonly<Record<KeycloakAuthentication['kind'], boolean>> = {
    anonymous: operation === 'create',
    'initial-access-token': operation === 'create',
    'registration-access-token': operation !== 'create',
    bearer: true,
    'service-account': true,
    user: true,
    client: operation === 'get',
  };
  return askerKinds.filter((kind) => isOf[kind]);
}

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

function withBody(command: Command, operation: 'create' | 'update'): void {
  command
    .option('--file <file>', 'the client as JSON, or a SAML entity descriptor as XML; - for standard input')
    .option('--set <name=value>', 'a member; the value is JSON or text; may be repeated', collect)
    .option('--unset <name>', 'a member to remove; may be repeated', collect);
  if (operation === 'update') command.option('--merge', 'merge the file into what the server shows');
}

async function carryOut(
  operation: KeycloakOperation,
  clientId: string | null,
  options: ClientOptions,
  { terminal }: Context,
): Promise<void> {
  const readers = [options.file === '-', options.secretStdin === true, options.keyStdin === true];
  if (readers.filter(Boolean).length > 1)
    throw badInput('--secret-stdin', 'standard input carries something else already', 'Use --secret-file FILE');
  const what = await contentOf(operation, options, terminal);
  const byDefault = operation === 'create' ? null : 'registration-access-token';
  const authentication = await readAsker(terminal, options, byDefault);
  const client = await connect(terminal, options);
  const { realm: realmUrl, provider } = options;
  const named = clientId === null ? {} : { clientId };
  const body = { realmUrl, provider, ...named, ...what, authentication };
  const path = `/v1/keycloak/clients/${operation}`;
  const result = await client.send<KeycloakClientResult>('POST', path, body, answerWithin);
  if (options.json === true) printJson(terminal, result);
  else for (const line of keycloakLines(result)) terminal.out(line);
}

async function contentOf(
  operation: KeycloakOperation,
  options: ClientOptions,
  terminal: Context['terminal'],
): Promise<Record<string, unknown>> {
  if (operation !== 'create' && operation !== 'update') return {};
  if (options.provider === 'saml2-entity-descriptor') {
    if (options.set !== undefined || options.unset !== undefined)
      throw badInput(
        '--set',
        'a SAML entity descriptor is sent as it is',
        'Leave it out, and update the client afterwards',
      );
    if (options.file === undefined)
      throw badInput('--file', 'it is missing', 'Give the SAML entity descriptor (XML) by --file FILE');
    return { descriptor: await readText(terminal, options.file) };
  }
  const content = await readBody(terminal, options);
  if (content === null)
    throw badInput('--file', 'nothing says what to send', 'Give --file FILE, or members by --set name=value');
  return operation === 'create' ? { client: content.client } : { ...content };
}
