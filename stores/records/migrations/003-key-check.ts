import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** One row per master key that the data were ever used with: proves knowledge of a key, tells nothing about it. */
const statements = [
  `create table key_check (
    key_id text collate "C" primary key,
    mac text not null check (mac ~ '^[0-9a-f]{64}$')
  )`,
];

export const keyCheck: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
