import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { postgres } from '../test/support/servers/postgres.ts';
import { startServer } from '../test/support/servers/startServer.ts';
import { parentOf } from './processor.ts';

export interface BenchDatabase {
  /** For people: what it is, and what of it decides its speed. */
  readonly description: string;
  /** Of a new, empty database; null = embedded in Registrar. */
  readonly url: string | null;
  /** Process whose children serve the connections; null when it is not on this machine, or Registrar itself. */
  readonly pid: number | null;
  stop(): Promise<void>;
}

const embedded: BenchDatabase = { description: 'PGlite (embedded)', url: null, pid: null, stop: async () => undefined };

/** PostgreSQL as the tests get it, or the embedded database where there is none or it is asked for. */
export async function openDatabase(wantEmbedded: boolean): Promise<BenchDatabase> {
  if (wantEmbedded) return embedded;
  const { provided, stop } = await startServer(postgres, (message) => console.error(`[postgres] ${message}`));
  if (!provided.available) {
    console.error(`PostgreSQL cannot be had, so the embedded database is measured. ${provided.reason}`);
    return embedded;
  }
  try {
    return { ...(await fresh(provided.address.url, provided.version)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function fresh(serverUrl: string, version: string): Promise<Omit<BenchDatabase, 'stop'>> {
  const name = `bench_${randomBytes(8).toString('hex')}`;
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(`create database ${name}`);
    const { rows } = await client.query<{ fsync: string; pid: number }>(
      `select current_setting('fsync') as fsync, pg_backend_pid() as pid`,
    );
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    const pid = rows[0] === undefined ? null : parentOf(rows[0].pid);
    return { description: `PostgreSQL ${version} (fsync ${rows[0]?.fsync})`, url: url.href, pid };
  } finally {
    await client.end();
  }
}
