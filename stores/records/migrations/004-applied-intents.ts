import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** A rebuilt entity looks for the last request that was applied. */
const statements = [
  `create index intents_applied on intents (registration_id, settled_at desc) where settlement = 'applied'`,
];

export const appliedIntents: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
