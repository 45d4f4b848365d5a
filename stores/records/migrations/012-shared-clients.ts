import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const statements = [
  'alter table registrations add column holder_registration_id text collate "C"',
  `create index registrations_sharers on registrations (holder_registration_id)
    where holder_registration_id is not null`,
  // Who looks for a client to share knows the application and the token endpoint.
  `create index registrations_token_endpoint
    on registrations (application_id, environment, (view #>> '{discovery,tokenEndpoint}'))`,
  // What the commit of one registration makes others do; a row lives until their entity took it.
  `create table wake_requests (
    operation_id text collate "C" primary key,
    registration_id text collate "C" not null,
    reason text not null,
    requested_at timestamptz not null
  )`,
  'create index wake_requests_age on wake_requests (requested_at, operation_id)',
];

/** Registrations that use another's client (DESIGN section 4). */
export const sharedClients: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
