import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeyring, generateMasterKey, parseMasterKey } from '../../../../stores/crypto/keyring.ts';
import { appendAudit, lockChain } from '../../../../stores/records/audit/append.ts';
import { type Entry, toEntry } from '../../../../stores/records/audit/chain.ts';
import { openPglite, openPostgres } from '../../../../stores/records/database.ts';
import { migrate } from '../../../../stores/records/migrate.ts';
import { firstMigrations } from '../../../../stores/records/migrations/index.ts';
import { type Database, verifyAudit } from '../../../../stores/records/records.ts';
import { describeWith } from '../../../support/describeWith.ts';
import { type FreshDatabase, freshDatabase } from '../../../support/freshDatabase.ts';

/** The migrator as 0.1.0 calls it at each of its starts. */
async function migrateAsBefore(db: Kysely<Database>): Promise<void> {
  const provider = { getMigrations: async () => Object.fromEntries(firstMigrations) };
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error !== undefined) throw error;
}

/** `table.column` of all that an insert must give. */
async function wantedColumns(db: Kysely<Database>): Promise<string[]> {
  const { rows } = await sql<{ wanted: string }>`
    select table_name || '.' || column_name as wanted from information_schema.columns
    where table_schema = current_schema() and is_nullable = 'NO' and column_default is null
      and is_generated = 'NEVER' and is_identity = 'NO' order by 1`.execute(db);
  return rows.map((row) => row.wanted);
}

const months = ['2026-08', '2026-09', '2026-11'];

function entryOf(sequence: number, month: string): Entry {
  const content = { type: 'registration.created', actor: 'system', reason: null, message: 'm', operationId: null };
  const subject = { subjectKind: 'registration', subjectId: 'a.b.production.main', sequence } as const;
  return toEntry({ ...subject, ...content, at: `${month}-30T12:00:00.000Z`, changes: null, viewSha256: null });
}

/** DESIGN section 5, Upgrade: the release before runs on the schema of this one. */
function upgradeSuite(open: () => Promise<Kysely<Database>>): void {
  const keyring = createKeyring(parseMasterKey(generateMasterKey()));
  let db: Kysely<Database>;
  let wanted: readonly string[];
  let tables: ReadonlySet<string>;

  beforeAll(async () => {
    db = await open();
    await migrateAsBefore(db);
    wanted = await wantedColumns(db);
    tables = new Set(wanted.map((column) => column.split('.')[0] ?? ''));
    await db.transaction().execute(async (trx) => {
      const head = await lockChain(trx);
      await appendAudit(
        trx,
        head,
        months.map((month, index) => entryOf(index + 1, month)),
        keyring.mac('audit-mac'),
      );
    });
    await sql`insert into client_holders values
      ('https://as.example/token?tenant=1', 'c', 'a.b.production.main', now()),
      ('https://as.example/token?tenant=2', 'c', 'd.b.production.main', now() + interval '1 s')`.execute(db);
    await migrate(db);
  });
  afterAll(() => db.destroy());

  it('moves what was audited into the parts of its months, chain and keys intact', async () => {
    expect(await verifyAudit(db, keyring.verifyMac('audit-mac'))).toEqual({ ok: true, checked: 3 });
    const { rows } = await sql<{ part: string }>`
      select tableoid::regclass::text as part from audit order by position`.execute(db);
    expect(rows.map(({ part }) => part)).toEqual(['audit_2026_08', 'audit_2026_09', 'audit_2026_11']);
    const keys = await db.selectFrom('audit_keys').select(['sequence', 'position']).orderBy('sequence').execute();
    expect(keys).toEqual([1, 2, 3].map((number) => ({ sequence: number, position: number })));
  });

  it('knows holders by the token endpoint without its query, and leaves those that 0.1.0 looks up', async () => {
    const { rows } = await sql<{ found: string }>`
      select token_endpoint || ' ' || registration_id as found from client_holders order by 1`.execute(db);
    expect(rows.map(({ found }) => found)).toEqual([
      'https://as.example/token a.b.production.main',
      'https://as.example/token?tenant=1 a.b.production.main',
      'https://as.example/token?tenant=2 d.b.production.main',
    ]);
  });

  it('lets 0.1.0 start', async () => {
    await expect(migrateAsBefore(db)).resolves.toBeUndefined();
  });

  it('lets this release start on the schema of a later one', async () => {
    await sql`insert into registrar_migration (name, timestamp) values ('099-later', '2027-01-01T00:00:00.000Z')`.execute(
      db,
    );
    await expect(migrate(db)).resolves.toBeUndefined();
    await sql`delete from registrar_migration where name = '099-later'`.execute(db);
  });

  it('plans every statement of 0.1.0', async () => {
    const text = await readFile(join(import.meta.dirname, 'statements-0.1.0.sql'), 'utf8');
    const statements = text.split('\n').filter((line) => line !== '' && !line.startsWith('--'));
    expect(statements.length).toBeGreaterThan(100);
    const refused: string[] = [];
    for (const [index, statement] of statements.entries()) {
      const parameters = new Set(statement.match(/\$\d+/g)).size;
      const given = parameters === 0 ? '' : `(${Array.from({ length: parameters }, () => 'null').join(', ')})`;
      await db.connection().execute(async (connection) => {
        try {
          await sql`set plan_cache_mode = force_generic_plan`.execute(connection);
          await sql.raw(`prepare old_${index} as ${statement}`).execute(connection);
          await sql.raw(`explain execute old_${index}${given}`).execute(connection);
        } catch (error) {
          refused.push(`${(error as Error).message}: ${statement}`);
        }
      });
    }
    expect(refused).toEqual([]);
  });

  it('asks nothing of 0.1.0 that it does not write', async () => {
    const added = (await wantedColumns(db)).filter((column) => tables.has(column.split('.')[0] ?? ''));
    expect(added.filter((column) => !wanted.includes(column))).toEqual([]);
  });

  it('appends to the audit as 0.1.0 does', async () => {
    await db.transaction().execute(async (trx) => {
      await appendAudit(trx, await lockChain(trx), [entryOf(4, '2026-11')], keyring.mac('audit-mac'));
    });
    expect(await verifyAudit(db, keyring.verifyMac('audit-mac'))).toEqual({ ok: true, checked: 4 });
    const key = await db.selectFrom('audit_keys').select('position').where('sequence', '=', 4).execute();
    expect(key).toEqual([{ position: 4 }]);
  });
}

describe('0.1.0 beside this release on PGlite', () => {
  upgradeSuite(() => openPglite('memory://'));
});

describeWith('postgres', '0.1.0 beside this release on PostgreSQL', ({ postgres }) => {
  let database: FreshDatabase;
  afterAll(() => database.drop());
  upgradeSuite(async () => {
    database = await freshDatabase(postgres);
    return openPostgres(database.url);
  });
});

describeWith('postgres', 'migrations on PostgreSQL', ({ postgres }) => {
  it('run under no time-out, not even one that the role was given', async () => {
    const database = await freshDatabase(postgres);
    const before = openPostgres(database.url);
    const name = new URL(database.url).pathname.slice(1);
    await sql`alter database ${sql.id(name)} set statement_timeout = '50ms'`.execute(before);
    await before.destroy();
    const db = openPostgres(database.url, { migrating: true });
    try {
      const slow = await sql<{ slept: unknown }>`select pg_sleep(0.2) as slept`.execute(db);
      expect(slow.rows).toHaveLength(1);
      await migrate(db);
    } finally {
      await db.destroy();
      await database.drop();
    }
  });
});
