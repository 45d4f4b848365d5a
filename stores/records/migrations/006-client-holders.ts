import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Exactly one registration holds a (token endpoint, client id); clients that are in use already are held at once. */
const statements = [
  `create table client_holders (
    token_endpoint text collate "C" not null,
    client_id text collate "C" not null,
    registration_id text collate "C" not null,
    held_at timestamptz not null,
    primary key (token_endpoint, client_id)
  )`,
  'create index client_holders_registration on client_holders (registration_id)',
  `insert into client_holders (token_endpoint, client_id, registration_id, held_at)
    select view #>> '{discovery,tokenEndpoint}', view #>> '{credential,clientId}', registration_id, changed_at
    from registrations
    where phase <> 'retired'
      and view #>> '{discovery,tokenEndpoint}' is not null and view #>> '{credential,clientId}' is not null
    order by created_at, registration_id
    on conflict do nothing`,
];

export const clientHolders: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
