import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * What registrations set themselves, in revisions: append only, so that what a client has can be told from what is
 * wanted. Revision 0 is `registrations.client_metadata`. An intent says which metadata it sends.
 */
const statements = [
  `create table registration_settings (
    registration_id text not null references registrations (registration_id) on delete cascade,
    revision integer not null check (revision > 0),
    settings jsonb not null,
    created_at timestamptz not null,
    primary key (registration_id, revision)
  )`,
  `alter table intents
    add column metadata_revision integer,
    add column own_metadata_revision integer,
    add check ((metadata_revision is null) = (own_metadata_revision is null))`,
];

export const ownSettings: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
