import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Headers that go with discovery, sealed together: one row for a registration that has some. */
const statements = [
  `create table discovery_headers (
    registration_id text collate "C" primary key,
    sealed_headers bytea not null,
    changed_at timestamptz not null
  )`,
];

export const discoveryHeaders: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
