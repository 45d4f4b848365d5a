import type { ColumnType, Kysely } from 'kysely';
import type { ClientHolderLedger } from '../../../domain/ports/ledgers/clientHolders.ts';
import { withoutQuery } from '../../../domain/text/webUrl.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import type { RecordsContext } from '../context.ts';
import type { Database } from '../schema.ts';

interface ClientHoldersTable {
  token_endpoint: string;
  client_id: string;
  registration_id: string;
  held_at: ColumnType<Date, string, string>;
}

/** The table that only this ledger writes, and the orphan ledger asks. */
export function holdersIn(db: Kysely<Database>) {
  return db.withTables<{ client_holders: ClientHoldersTable }>();
}

/** Which registration holds a client: exactly one (DESIGN section 4). */
export function createClientHolders({ db, clock }: RecordsContext): ClientHolderLedger {
  const holders = holdersIn(db);

  async function clientHolder(tokenEndpoint: string, clientId: string): Promise<string | null> {
    const row = await holders
      .selectFrom('client_holders')
      .select('registration_id')
      .where('token_endpoint', '=', withoutQuery(tokenEndpoint))
      .where('client_id', '=', clientId)
      .executeTakeFirst();
    return row?.registration_id ?? null;
  }

  return {
    clientHolder,

    async holdClient(tokenEndpoint, clientId, registrationId) {
      const row = await holders
        .insertInto('client_holders')
        .values({
          token_endpoint: withoutQuery(tokenEndpoint),
          client_id: clientId,
          registration_id: registrationId,
          held_at: toRfc3339(clock.now()),
        })
        .onConflict((conflict) =>
          conflict
            .columns(['token_endpoint', 'client_id'])
            // Changes nothing, so that the statement answers who holds it.
            .doUpdateSet((eb) => ({ client_id: eb.ref('excluded.client_id') })),
        )
        .returning('registration_id')
        .executeTakeFirstOrThrow();
      return row.registration_id === registrationId;
    },

    async releaseClients(registrationId, except) {
      const own = holders.deleteFrom('client_holders').where('registration_id', '=', registrationId);
      await (except.length === 0 ? own : own.where('client_id', 'not in', [...except])).execute();
    },
  };
}
