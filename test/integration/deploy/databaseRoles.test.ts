import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SecretText } from '../../../runtime/config/secretText.ts';
import { migrateExternal } from '../../../runtime/database.ts';
import { openPostgres } from '../../../stores/records/database.ts';
import { migrate } from '../../../stores/records/migrate.ts';
import { describeWith } from '../../support/describeWith.ts';
import { type FreshDatabase, freshDatabase } from '../../support/freshDatabase.ts';

describeWith('postgres', 'roles as docker-compose.yml makes them', ({ postgres }) => {
  let database: FreshDatabase;
  let ownerUrl: string;
  let runtimeUrl: string;

  beforeAll(async () => {
    database = await freshDatabase(postgres);
    const suffix = new URL(database.url).pathname.slice(1);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`create role owner_${suffix} login password 'a'`);
    await client.query(`create role runtime_${suffix} login password 'b'`);
    await client.query(`alter database ${suffix} owner to owner_${suffix}`);
    await client.end();
    const as = (user: string) => Object.assign(new URL(database.url), { username: `${user}_${suffix}` }).href;
    ownerUrl = as('owner');
    runtimeUrl = as('runtime');
    await migrateExternal({
      kind: 'postgresql',
      url: new SecretText(runtimeUrl),
      migrationUrl: new SecretText(ownerUrl),
    });
  });

  afterAll(async () => {
    const client = new pg.Client({ connectionString: postgres.url });
    const suffix = new URL(database.url).pathname.slice(1);
    await database.drop();
    await client.connect();
    await client.query(`drop role owner_${suffix}, runtime_${suffix}`);
    await client.end();
  });

  test('API and worker start with the runtime role alone', async () => {
    await migrateExternal({
      kind: 'postgresql',
      url: new SecretText(runtimeUrl),
      migrationUrl: new SecretText(runtimeUrl),
    });
  });

  test('the runtime role cannot change what was audited', async () => {
    const db = openPostgres(runtimeUrl);
    await expect(
      db
        .updateTable('audit')
        .set({ message: 'x' } as never)
        .execute(),
    ).rejects.toThrow(/permission denied/);
    await expect(db.deleteFrom('audit').execute()).rejects.toThrow(/permission denied/);
    await db.destroy();
  });

  test('the owner migrates again without change', async () => {
    const db = openPostgres(ownerUrl);
    await migrate(db);
    await db.destroy();
  });
});
