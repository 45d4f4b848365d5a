import type { ColumnType } from 'kysely';
import type { ClientKeyLedger } from '../../../domain/ports/ledgers/clientKeys.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import type { RecordsContext } from '../context.ts';
import { jsonb } from '../json.ts';

/** The table of migration 005. */
type ClientKeysTables = {
  client_keys: {
    jwks_id: string;
    registration_id: string;
    kid: string;
    alg: string;
    public_jwk: ColumnType<unknown, unknown, never>;
    created_at: ColumnType<Date, string, never>;
    retired_at: ColumnType<Date | null, undefined, string>;
  };
};

/** Public keys of clients, published for as long as their registration is not retired. */
export function createClientKeys(context: RecordsContext): ClientKeyLedger {
  const db = context.db.withTables<ClientKeysTables>();
  const now = () => toRfc3339(context.clock.now());

  /** A retirement that could not delete the client leaves `retired_at` open: the phase counts too. */
  const published = () =>
    db
      .selectFrom('client_keys as key')
      .innerJoin('registrations as registration', 'registration.registration_id', 'key.registration_id')
      .where('key.retired_at', 'is', null)
      .where('registration.phase', '!=', 'retired')
      .orderBy('key.created_at')
      .orderBy('key.alg')
      .orderBy('key.kid');

  return {
    async publishClientKeys(registrationId, jwksId, keys) {
      const rows = keys.map(({ kid, alg, jwk }) => ({
        jwks_id: jwksId,
        registration_id: registrationId,
        kid,
        alg,
        public_jwk: jsonb(jwk),
        created_at: now(),
      }));
      await db
        .insertInto('client_keys')
        .values(rows)
        .onConflict((conflict) => conflict.columns(['jwks_id', 'kid']).doNothing())
        .execute();
    },

    async retireClientKeys(registrationId) {
      await db
        .updateTable('client_keys')
        .set({ retired_at: now() })
        .where('registration_id', '=', registrationId)
        .where('retired_at', 'is', null)
        .execute();
    },

    async clientKeys(jwksId) {
      const rows = await published()
        .select(['key.kid', 'key.alg', 'key.public_jwk'])
        .where('key.jwks_id', '=', jwksId)
        .execute();
      if (rows.length === 0) return null;
      return rows.map(({ kid, alg, public_jwk }) => ({ kid, alg, jwk: public_jwk as Record<string, unknown> }));
    },

    async jwksIdOf(registrationId) {
      const row = await published()
        .select('key.jwks_id')
        .where('key.registration_id', '=', registrationId)
        .executeTakeFirst();
      return row?.jwks_id ?? null;
    },
  };
}
