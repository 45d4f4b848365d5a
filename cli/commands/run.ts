import type { Command } from 'commander';
import type { Context } from './context.ts';

/** `start`, `api`, `worker` and `migrate`: what runs Registrar itself. */
export function addRunCommands(program: Command, context: Context): void {
  const configured = '\nConfiguration comes from environment variables; see docs/configuration.md.';

  program
    .command('start')
    .description('run everything in one process: API, page and worker, embedded services where none are configured')
    .addHelpText(
      'after',
      `${configured}

Examples:
  $ registrar start
  $ REGISTRAR_DATA_DIR=/var/lib/registrar REGISTRAR_PORT=8080 registrar start`,
    )
    .option('--json', 'say what is ready as one JSON object')
    .action(async (options: { json?: boolean }) =>
      context.finish(await (await import('../../runtime/start.ts')).startEmbedded(options)),
    );

  program
    .command('api')
    .description('run the API and the page; needs DATABASE_URL and TEMPORAL_ADDRESS')
    .addHelpText(
      'after',
      `${configured}

Example:
  $ DATABASE_URL=postgresql://registrar@db/registrar TEMPORAL_ADDRESS=temporal:7233 \\
    REGISTRAR_MASTER_KEY_FILE=/run/secrets/master-key registrar api`,
    )
    .option('--json', 'say what is ready as one JSON object')
    .action(async (options: { json?: boolean }) =>
      context.finish(await (await import('../../runtime/start.ts')).startApi(options)),
    );

  program
    .command('worker')
    .description('run a worker; needs DATABASE_URL and TEMPORAL_ADDRESS')
    .addHelpText(
      'after',
      `${configured}

Example:
  $ DATABASE_URL=postgresql://registrar@db/registrar TEMPORAL_ADDRESS=temporal:7233 \\
    REGISTRAR_MASTER_KEY_FILE=/run/secrets/master-key registrar worker`,
    )
    .option('--json', 'say what is ready as one JSON object')
    .action(async (options: { json?: boolean }) =>
      context.finish(await (await import('../../runtime/start.ts')).startWorker(options)),
    );

  program
    .command('migrate')
    .description('bring the database to the form that this version needs, then end')
    .addHelpText(
      'after',
      `${configured}

Example:
  $ DATABASE_URL=postgresql://registrar@db/registrar DATABASE_MIGRATION_URL=postgresql://owner@db/registrar \\
    REGISTRAR_MASTER_KEY_FILE=/run/secrets/master-key registrar migrate`,
    )
    .option('--json', 'say what is ready as one JSON object')
    .action(async (options: { json?: boolean }) =>
      context.finish(await (await import('../../runtime/start.ts')).runMigrations(options)),
    );
}
