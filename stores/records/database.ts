import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Database } from './schema.ts';

export type { Database } from './schema.ts';

/** Every count, position and sequence of ours fits a double exactly; PGlite reads int8 as number too. */
const int8Oid = 20;
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === int8Oid ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};

/** Limits in milliseconds. A stopped process must not keep the head of the audit chain locked. */
const connectTimeout = 10_000;
const statementTimeout = 30_000;
const idleInTransactionTimeout = 30_000;
/** Above the server's own limit: only a server that went silent meets it. */
const answerTimeout = 40_000;

const limits = {
  statement_timeout: statementTimeout,
  idle_in_transaction_session_timeout: idleInTransactionTimeout,
  query_timeout: answerTimeout,
};
/** A migration takes as long as its largest table needs; 0 also overrules what the role or database sets. */
const noLimits = { options: '-c statement_timeout=0 -c idle_in_transaction_session_timeout=0' };

/**
 * A pool on PostgreSQL 15 or later. Connects at the first query. `destroy()` closes it.
 *
 * @param url connection URI of libpq, with TLS parameters (`sslmode`, `sslrootcert`).
 * @param options.migrating a pool of one connection whose statements may take any time.
 */
export function openPostgres(
  url: string,
  options: { readonly maxConnections?: number; readonly applicationName?: string; readonly migrating?: boolean } = {},
): Kysely<Database> {
  const migrating = options.migrating === true;
  const pool = new pg.Pool({
    connectionString: url,
    max: migrating ? 1 : (options.maxConnections ?? 10),
    application_name: options.applicationName ?? (migrating ? 'registrar-migrate' : 'registrar'),
    connectionTimeoutMillis: connectTimeout,
    ...(migrating ? noLimits : limits),
    keepAlive: true,
    types,
  });
  // Without listeners the death of a connection between two queries ends the process: the pool listens while the
  // connection is idle, the client must while it is lent. The next query fails or opens a new one.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
}

/**
 * The embedded database in a directory, which one process at a time may open (the caller holds the lock). Survives the
 * death of the process, not a power loss. `destroy()` closes it.
 */
export async function openPglite(dataDir: string): Promise<Kysely<Database>> {
  const pglite = await PGlite.create({ dataDir });
  return new Kysely<Database>({ dialect: new PGliteDialect({ pglite }) });
}
