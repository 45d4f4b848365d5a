import type { Kysely } from 'kysely';
import type { StoredAnswer } from '../../../domain/operations/intent.ts';
import type { NewOrphan, OrphanLedger } from '../../../domain/ports/ledgers/orphans.ts';
import { withoutQuery } from '../../../domain/text/webUrl.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import type { Sealer } from '../../crypto/sealer.ts';
import type { RecordsContext } from '../context.ts';
import { cleanText } from '../json.ts';
import type { Database } from '../schema.ts';
import { sealJson } from '../sealed.ts';
import { holdersIn } from './clientHolders.ts';

/** Whether a registration holds a client; those at an unknown token endpoint are held by nobody. */
async function isHeld(db: Kysely<Database>, { tokenEndpoint, clientId }: NewOrphan): Promise<boolean> {
  if (tokenEndpoint === null || clientId === null) return false;
  const row = await holdersIn(db)
    .selectFrom('client_holders')
    .select('registration_id')
    .where('token_endpoint', 'in', [tokenEndpoint, withoutQuery(tokenEndpoint)])
    .where('client_id', '=', clientId)
    .executeTakeFirst();
  return row !== undefined;
}

/** The registration holds it no more: the list and the holder change together. */
async function giveUp(trx: Kysely<Database>, { registrationId, clientId }: NewOrphan): Promise<void> {
  if (clientId === null) return;
  await holdersIn(trx)
    .deleteFrom('client_holders')
    .where('registration_id', '=', registrationId)
    .where('client_id', '=', clientId)
    .execute();
}

/**
 * Lists a client that nobody holds, once per id, with its sealed token and the sealed answer where there is one. False
 * when a registration holds it.
 */
export async function insertOrphan(
  db: Kysely<Database>,
  sealer: Sealer,
  orphan: NewOrphan,
  answer: StoredAnswer | null,
): Promise<boolean> {
  const { orphanId, token } = orphan;
  if (await isHeld(db, orphan)) return false;
  await db
    .insertInto('orphans')
    .values({
      orphan_id: orphanId,
      registration_id: orphan.registrationId,
      token_endpoint: orphan.tokenEndpoint,
      registration_endpoint: orphan.registrationEndpoint,
      client_id: orphan.clientId === null ? null : cleanText(orphan.clientId),
      client_name: cleanText(orphan.clientName),
      reason: orphan.reason,
      since: toRfc3339(orphan.since),
      sealed_token: token === null ? null : sealJson(sealer, ['orphans.token', orphanId], token),
      sealed_answer: answer === null ? null : sealJson(sealer, ['orphans.answer', orphanId], answer),
    })
    .onConflict((conflict) => conflict.column('orphan_id').doNothing())
    .execute();
  return true;
}

export function createOrphans({ db, sealer }: RecordsContext): OrphanLedger {
  return {
    addOrphan: (orphan, { answer, givenUp = false } = {}) =>
      db.transaction().execute(async (trx) => {
        if (givenUp) await giveUp(trx, orphan);
        return await insertOrphan(trx, sealer, orphan, answer ?? null);
      }),
  };
}
