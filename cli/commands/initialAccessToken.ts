import type { Command } from 'commander';
import type { InitialAccessTokenRecord } from '../../domain/servers/initialAccessToken.ts';
import { relativeTime } from '../../domain/time/relative.ts';
import { type ConnectionOptions, connect, withConnection } from '../connection.ts';
import { everyItem } from '../pages.ts';
import { plainText } from '../plainText.ts';
import { renderTable } from '../table.ts';
import { type Context, printJson } from './context.ts';

/** `initial-access-token list`. */
export function addInitialAccessTokenCommands(program: Command, context: Context): void {
  const { terminal } = context;
  const token = program
    .command('initial-access-token')
    .description('the inventory of initial access tokens; never their values')
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
