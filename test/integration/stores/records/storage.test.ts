import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { openPglite } from '../../../../stores/records/database.ts';
import { migrate } from '../../../../stores/records/migrate.ts';

const page = new URL('../../../../docs/storage.md', import.meta.url);

/** `table.column` of every line of the page. */
function documented(text: string): string[] {
  return text.split(/^### /m).flatMap((section) => {
    const table = /^`([^`]+)`/.exec(section)?.[1];
    if (table === undefined) return [];
    const cells = section.split('\n').flatMap((line) => /^\| (`.*?) \|/.exec(line)?.[1] ?? []);
    return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, column]) => `${table}.${column}`));
  });
}

it('docs/storage.md has a line for every column of every table, and for none besides', async () => {
  const db = await openPglite('memory://');
  await migrate(db);
  const { rows } = await sql<{ name: string }>`
    select c.relname || '.' || a.attname as name
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = current_schema() and c.relkind in ('r', 'p') and not c.relispartition`.execute(db);
  await db.destroy();
  const told = documented(await readFile(page, 'utf8'));
  expect(told.toSorted()).toEqual(rows.map(({ name }) => name).toSorted());
});

it('docs/storage.md says of every table who writes it', async () => {
  const sections = (await readFile(page, 'utf8')).split(/^### /m).slice(1);
  expect(sections.filter((section) => !/Written by: |as `audit_head`/.test(section))).toEqual([]);
});
