import { type Command, Option } from 'commander';
import {
  type AuthorizationServerRecord,
  type LearnedBehaviour,
  type ServerAuthMethod,
  type ServerCredentialKind,
  type ServerCredentialView,
  serverAuthMethods,
  serverCredentialKinds,
} from '../../domain/servers/authorizationServer.ts';
import { relativeTime } from '../../domain/time/relative.ts';
import { type ConnectionOptions, connect, readSecret, withConnection } from '../connection.ts';
import { badInput } from '../errors.ts';
import { everyItem } from '../pages.ts';
import { plainText } from '../plainText.ts';
import { renderTable } from '../table.ts';
import { type Context, printJson } from './context.ts';

interface SetOptions extends ConnectionOptions {
  readonly kind: ServerCredentialKind;
  readonly clientId: string;
  readonly tokenEndpoint?: string;
  readonly authMethod?: ServerAuthMethod;
  readonly scope?: string;
  readonly origin?: readonly string[];
  readonly clientSecretFile?: string;
  readonly clientSecretStdin?: true;
}

const path = '/v1/authorization-servers';

function pathOf(serverId: string): string {
  if (/^as-[0-9a-f]{20}$/.test(serverId)) return `${path}/${serverId}`;
  throw badInput('SERVER', 'it is not the id of an authorization server', 'See registrar authorization-server list');
}

const kindOption = () =>
  new Option('--kind <kind>', 'service: its bearer registers clients; administrator: issues tokens (Keycloak)')
    .choices(serverCredentialKinds)
    .makeOptionMandatory();

/** `authorization-server list`, `show`, `credentials set` and `credentials remove`. */
export function addAuthorizationServerCommands(program: Command, context: Context): void {
  const { terminal } = context;
  const server = program
    .command('authorization-server')
    .description('authorization servers, and what Registrar may present to them')
    .addHelpText('after', '\nExample:\n  $ registrar authorization-server list');

  withConnection(server.command('list'))
    .description('list the authorization servers that discovery has named')
    .addHelpText('after', '\nExample:\n  $ registrar authorization-server list')
    .action(async (options: ConnectionOptions) => {
      const servers = await everyItem<AuthorizationServerRecord>(await connect(terminal, options), path);
      if (options.json === true) return printJson(terminal, { items: servers });
      for (const line of serverLines(servers, terminal.size().columns)) terminal.out(line);
    });

  withConnection(server.command('show').argument('<server>', 'id as registrar authorization-server list shows it'))
    .description('show one authorization server, and what its behaviour has shown')
    .addHelpText('after', '\nExample:\n  $ registrar authorization-server show as-0123456789abcdef0123')
    .action(async (serverId: string, options: ConnectionOptions) => {
      const at = pathOf(serverId);
      const client = await connect(terminal, options);
      const shown = await client.get<AuthorizationServerRecord & { learned: LearnedBehaviour }>(at);
      if (options.json === true) return printJson(terminal, shown);
      for (const line of shownLines(shown, terminal.now())) terminal.out(plainText(line));
    });

  const credentials = server
    .command('credentials')
    .description('service accounts and administrators; their secrets are never shown again')
    .addHelpText('after', '\nExample:\n  $ registrar authorization-server credentials set --help');

  withConnection(
    credentials
      .command('set')
      .argument('<server>', 'id as registrar authorization-server list shows it')
      .addOption(kindOption())
      .requiredOption('--client-id <id>', 'its client id')
      .option('--client-secret-file <file>', 'file with its secret (default: ask for it without showing it)')
      .addOption(
        new Option('--client-secret-stdin', 'read its secret from standard input').conflicts('clientSecretFile'),
      )
      .option('--token-endpoint <url>', 'where its bearer is asked for (default: that of the authorization server)')
      .addOption(new Option('--auth-method <method>', 'how it authenticates there').choices(serverAuthMethods))
      .option('--scope <scope>', 'asked for with the bearer')
      .option('--origin <origin...>', 'the only origins that it may be sent to (default: that of the token endpoint)'),
  )
    .description('put a service account or administrator; registrations that wait for a token go on')
    .addHelpText(
      'after',
      `
Examples:
  $ registrar authorization-server credentials set as-0123456789abcdef0123 --kind service --client-id registrar
  $ vault read -field=secret keycloak | registrar authorization-server credentials set as-0123456789abcdef0123 \\
      --kind administrator --client-id registrar-admin --client-secret-stdin`,
    )
    .action(async (serverId: string, options: SetOptions) => {
      const at = pathOf(serverId);
      if (options.keyStdin === true && options.clientSecretStdin === true)
        throw badInput('--key-stdin', 'standard input carries the client secret already', 'Use --key-file FILE');
      const clientSecret = await readSecret(terminal, 'client-secret', {
        file: options.clientSecretFile,
        stdin: options.clientSecretStdin,
        prompt: `Secret of ${plainText(options.clientId)}`,
      });
      if (clientSecret === null)
        throw badInput(
          '--client-secret-file',
          'no secret was given, and there is no terminal to ask at',
          'Give --client-secret-file FILE or --client-secret-stdin',
        );
      const client = await connect(terminal, options);
      const put = await client.send<ServerCredentialView>('PUT', `${at}/credentials`, {
        kind: options.kind,
        clientId: options.clientId,
        clientSecret,
        ...(options.tokenEndpoint === undefined ? {} : { tokenEndpoint: options.tokenEndpoint }),
        ...(options.authMethod === undefined ? {} : { tokenEndpointAuthMethod: options.authMethod }),
        ...(options.scope === undefined ? {} : { scope: options.scope }),
        ...(options.origin === undefined ? {} : { origins: options.origin }),
      });
      if (options.json === true) return printJson(terminal, put);
      terminal.out(plainText(`The ${put.kind} ${put.clientId} is stored. Its secret is not shown again.`));
    });

  withConnection(
    credentials
      .command('remove')
      .argument('<server>', 'id as registrar authorization-server list shows it')
      .addOption(kindOption()),
  )
    .description('forget a service account or administrator')
    .addHelpText(
      'after',
      '\nExample:\n  $ registrar authorization-server credentials remove as-0123456789abcdef0123 --kind service',
    )
    .action(async (serverId: string, options: ConnectionOptions & { readonly kind: ServerCredentialKind }) => {
      const at = pathOf(serverId);
      await (await connect(terminal, options)).send('DELETE', `${at}/credentials/${options.kind}`);
      if (options.json === true) return printJson(terminal, { serverId, kind: options.kind, removed: true });
      terminal.out(`The ${options.kind} of ${serverId} is removed.`);
    });
}

function serverLines(servers: readonly AuthorizationServerRecord[], columns: number): string[] {
  return renderTable<AuthorizationServerRecord>(
    [
      { name: 'SERVER', cell: (record) => record.serverId, dropFirst: 0, least: 23 },
      { name: 'NAME', cell: (record) => plainText(record.name ?? ''), dropFirst: 2, least: 8 },
      {
        name: 'ISSUER',
        cell: (record) => plainText(record.issuer ?? record.tokenEndpoint),
        dropFirst: 1,
        least: 16,
      },
      { name: 'REGISTRATIONS', cell: (record) => String(record.registrations), dropFirst: 4, least: 13 },
      {
        name: 'CREDENTIALS',
        cell: (record) => record.credentials.map(({ kind }) => kind).join(',') || 'none',
        dropFirst: 3,
        least: 7,
      },
    ],
    servers,
    columns,
  );
}

function shownLines(server: AuthorizationServerRecord & { learned: LearnedBehaviour }, now: number): string[] {
  const { learned } = server;
  const seen = (at: string | null) => (at === null ? 'not seen yet' : relativeTime(Date.parse(at), now));
  return [
    `Server: ${server.serverId}`,
    `Issuer: ${server.issuer ?? 'not named'}`,
    `Token endpoint: ${server.tokenEndpoint}`,
    ...(server.name === null ? [] : [`Name: ${server.name}`]),
    ...(server.notes === null ? [] : [`Notes: ${server.notes}`]),
    `Registrations: ${server.registrations}`,
    ...server.credentials.map(
      ({ kind, clientId, putAt }) => `Credential: ${kind} ${clientId}, put ${relativeTime(Date.parse(putAt), now)}`,
    ),
    `Issues initial access tokens: ${server.policies.issueInitialAccessTokens ? 'allowed' : 'not allowed'}`,
    `Re-issues registration access tokens: ${server.policies.reissueManagementTokens ? 'allowed' : 'not allowed'}`,
    ...learned.proofs.map(
      ({ authMethod, controlDiffers }) =>
        `Proof by ${authMethod}: a wrong secret is answered ${controlDiffers ? 'otherwise' : 'alike'}`,
    ),
    `Update brought a new secret: ${seen(learned.secretReplacedAt)}`,
    `Update brought the same secret: ${seen(learned.secretKeptAt)}`,
    `Update not supported: ${seen(learned.updateNotSupportedAt)}`,
  ];
}
