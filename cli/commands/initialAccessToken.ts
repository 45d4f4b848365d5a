import type { Command } from 'commander';
import type { InitialAccessTokenRecord } from '../../domain/servers/initialAccessToken.ts';
import { relativeTime } from '../../domain/time/relative.ts';
import { type ConnectionOptions, connect, withConnection } from '../connection.ts';
import { badInput } from '../errors.ts';
import { everyItem } from '../pages.ts';
import { plainText } from '../plainText.ts';
import { renderTable } from '../table.ts';
import { type AddingOptions, readInitialAccessToken, withInitialAccessToken } from './adding.ts';
import { type Context, printJson } from './context.ts';
import { type Accepted, checkRegistrationId } from './operations.ts';

/** `initial-access-token list` and `initial-access-token supply`. */
export function addInitialAccessTokenCommands(program: Command, context: Context): void {
  const { terminal } = context;
  const token = program
    .command('initial-access-token')
    .description('initial access tokens: which there are, never their values; and handing one over')
    .addHelpText('after', '\nExample:\n  $ registrar initial-access-token list');
  withConnection(token.command('list'))
    .description('list initial access tokens, newest first')
    .addHelpText('after', '\nExample:\n  $ registrar initial-access-token list --json')
    .action(async (options: ConnectionOptions) => {
      const client = await connect(terminal, options);
      const tokens = await everyItem<InitialAccessTokenRecord>(client, '/v1/initial-access-tokens');
      if (options.json === true) return printJson(terminal, { items: tokens });
      for (const line of tokenLines(tokens, terminal.size().columns, terminal.now())) terminal.out(line);
    });
  withConnection(
    withInitialAccessToken(
      token.command('supply').argument('<registration>', 'registration id, such as mercy.chart-app.production.main'),
    ),
  )
    .description('supply an initial access token to a registration that waits for one')
    .addHelpText(
      'after',
      `
Examples:
  $ registrar initial-access-token supply mercy.chart-app.production.main --initial-access-token-file token.txt
  $ registrar initial-access-token supply mercy.chart-app.production.main --initial-access-token-prompt`,
    )
    .action(async (registrationId: string, options: AddingOptions) => {
      checkRegistrationId(registrationId);
      const value = await readInitialAccessToken(context, options);
      if (value === null)
        throw badInput(
          '--initial-access-token-file',
          'no initial access token was given',
          'Give it with --initial-access-token-file FILE, --initial-access-token-stdin or --initial-access-token-prompt',
        );
      const client = await connect(terminal, options);
      const path = `/v1/registrations/${registrationId}/initial-access-token`;
      const accepted = await client.send<Accepted>('PUT', path, { token: value });
      if (options.json === true) return printJson(terminal, accepted);
      terminal.out(`Supplied. registrar status ${registrationId} shows how it goes on.`);
    });
}

function tokenLines(tokens: readonly InitialAccessTokenRecord[], columns: number, now: number): string[] {
  const when = (at: string | null) => (at === null ? 'unknown' : relativeTime(Date.parse(at), now));
  return renderTable<InitialAccessTokenRecord>(
    [
      { name: 'REGISTRATION', cell: (record) => plainText(record.registrationId), dropFirst: 0, least: 20 },
      {
        name: 'STATE',
        cell: (record) => (record.expiring ? `${record.state}, expiring` : record.state),
        dropFirst: 0,
        least: 8,
      },
      { name: 'SOURCE', cell: (record) => record.source, dropFirst: 2, least: 8 },
      { name: 'SUPPLIED', cell: (record) => when(record.suppliedAt), dropFirst: 3, least: 8 },
      { name: 'BY', cell: (record) => plainText(record.suppliedBy ?? 'unknown'), dropFirst: 5, least: 8 },
      { name: 'EXPIRES', cell: (record) => when(record.expiresAt), dropFirst: 1, least: 8 },
      {
        name: 'LEFT',
        cell: (record) => (record.remainingCount === null ? '?' : String(record.remainingCount)),
        dropFirst: 4,
        least: 4,
      },
    ],
    tokens,
    columns,
  );
}
