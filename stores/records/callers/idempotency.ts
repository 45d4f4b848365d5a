import { type Kysely, sql } from 'kysely';
import type { Idempotency } from '../../../domain/ports/callers/idempotency.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import type { Sealer } from '../../crypto/sealer.ts';
import type { RecordsContext } from '../context.ts';
import type { Database } from '../schema.ts';
import { openJson, type SealedPlace, sealJson } from '../sealed.ts';

interface RowKey {
  readonly principal: string;
  readonly route: string;
  readonly key: string;
}

/** Milliseconds that an answer is kept. */
const lifetime = 24 * 60 * 60 * 1000;
/** Milliseconds after which an unanswered first try counts as abandoned. */
const abandonedAfter = 60 * 1000;

const placeOf = ({ principal, route, key }: RowKey): SealedPlace => ['idempotency.body', principal, route, key];

/** Keeps an answer, in the caller's transaction where there is one. Sealed: the answer to a new key holds that key. */
export async function completeWithin(
  db: Kysely<Database>,
  sealer: Sealer,
  row: RowKey,
  status: number,
  body: unknown,
): Promise<void> {
  await db
    .updateTable('idempotency')
    .set({ status, sealed_body: sealJson(sealer, placeOf(row), body ?? null) })
    .where('principal', '=', row.principal)
    .where('route', '=', row.route)
    .where('key', '=', row.key)
    .where('status', 'is', null)
    .execute();
}

/** Answers to requests with an `Idempotency-Key`. */
export function createIdempotency({ db, sealer, clock }: RecordsContext): Idempotency {
  let sweptAt = 0;

  /** Old rows have no reader; removing them now and then is enough. */
  async function sweep(now: number): Promise<void> {
    if (now - sweptAt < abandonedAfter) return;
    sweptAt = now;
    await db
      .deleteFrom('idempotency')
      .where('created_at', '<=', new Date(now - lifetime))
      .execute();
  }

  async function claim({ principal, route, key }: RowKey, requestMac: string, now: number): Promise<boolean> {
    const at = toRfc3339(now);
    const row = await db
      .insertInto('idempotency')
      .values({ principal, route, key, request_mac: requestMac, created_at: at, claimed_at: at })
      .onConflict((conflict) =>
        conflict
          .columns(['principal', 'route', 'key'])
          .doUpdateSet({ request_mac: requestMac, created_at: at, claimed_at: at, status: null, sealed_body: null })
          .where((eb) =>
            eb.or([
              eb('idempotency.created_at', '<=', new Date(now - lifetime)),
              eb.and([
                eb('idempotency.status', 'is', null),
                eb('idempotency.request_mac', '=', requestMac),
                eb('idempotency.claimed_at', '<=', new Date(now - abandonedAfter)),
              ]),
            ]),
          ),
      )
      .returning(sql<number>`1`.as('claimed'))
      .executeTakeFirst();
    return row !== undefined;
  }

  return {
    async beginIdempotent({ requestMac, ...row }) {
      const now = clock.now();
      await sweep(now);
      // A row that is neither claimed nor found was abandoned in between: then the second claim succeeds.
      for (let attempt = 0; attempt < 3; attempt += 1) {
        if (await claim(row, requestMac, now)) return { kind: 'fresh' };
        const found = await db
          .selectFrom('idempotency')
          .select(['request_mac', 'status', 'sealed_body'])
          .where('principal', '=', row.principal)
          .where('route', '=', row.route)
          .where('key', '=', row.key)
          .executeTakeFirst();
        if (found === undefined) continue;
        if (found.request_mac !== requestMac) return { kind: 'mismatch' };
        if (found.status === null || found.sealed_body === null) return { kind: 'in-progress' };
        return { kind: 'stored', status: found.status, body: openJson(sealer, placeOf(row), found.sealed_body) };
      }
      return { kind: 'in-progress' };
    },

    completeIdempotent: (row, status, body) => completeWithin(db, sealer, row, status, body),

    async abandonIdempotent({ principal, route, key }) {
      await db
        .deleteFrom('idempotency')
        .where('principal', '=', principal)
        .where('route', '=', route)
        .where('key', '=', key)
        .where('status', 'is', null)
        .execute();
    },
  };
}
