import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Public keys of clients under the opaque id that their URL ends with. Private members have no place here. */
const statements = [
  `create table client_keys (
    jwks_id text collate "C" not null check (jwks_id ~ '^[A-Za-z0-9_-]{22,64}$'),
    registration_id text collate "C" not null references registrations on delete cascade,
    kid text collate "C" not null,
    alg text not null,
    public_jwk jsonb not null
      check (not jsonb_exists_any(public_jwk, array['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])),
    created_at timestamptz not null,
    retired_at timestamptz,
    primary key (jwks_id, kid)
  )`,
  'create index client_keys_of_registration on client_keys (registration_id)',
];

export const clientKeys: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
