import type { Kysely } from 'kysely';
import type { StoredAnswer } from '../../../domain/operations/intent.ts';
import type { NewOrphan, OrphanLedger } from '../../../domain/ports/ledgers/orphans.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import type { Sealer } from '../../crypto/sealer.ts';
import type { RecordsContext } from '../context.ts';
import { cleanText } from '../json.ts';
import type { Database } from '../schema.ts';
import { sealJson } from '../sealed.ts';

/** Lists a client that nobody holds, once per id, with its sealed token and the sealed answer where there is one. */
export async function insertOrphan(
  db: Kysely<Database>,
  sealer: Sealer,
  orphan: NewOrphan,
  answer: StoredAnswer | null,
): Promise<void> {
  const { orphanId, token } = orphan;
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
}

export function createOrphans({ db, sealer }: RecordsContext): OrphanLedger {
  return { addOrphan: (orphan) => insertOrphan(db, sealer, orphan, null) };
}
