import { type Kysely, type OnConflictBuilder, sql } from 'kysely';
import type { ManagementToken } from '../../../domain/operations/intent.ts';
import type { ManagementTokenJournal } from '../../../domain/ports/ledgers/managementTokens.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import type { Sealer } from '../../crypto/sealer.ts';
import type { RecordsContext } from '../context.ts';
import { canonicalJson, sha256 } from '../json.ts';
import type { Database } from '../schema.ts';
import { openJson, type SealedPlace, sealJson } from '../sealed.ts';

/** Tells tokens apart without opening them; where a token may be sent is part of what it is. */
function hashOf(registrationId: string, { token, clientUri, clientId }: ManagementToken): string {
  return sha256(canonicalJson([registrationId, token, clientUri, clientId]));
}

const placeOf = (registrationId: string, hash: string): SealedPlace => [
  'management_tokens.token',
  registrationId,
  hash,
];

/** The journal row of a received token. */
export function managementTokenRow(sealer: Sealer, registrationId: string, token: ManagementToken) {
  const hash = hashOf(registrationId, token);
  return {
    registration_id: registrationId,
    token_sha256: hash,
    received_at: toRfc3339(token.receivedAt),
    sealed_token: sealJson(sealer, placeOf(registrationId, hash), token),
    client_id: token.clientId,
  };
}

/** A token that is received again becomes the newest. */
export function renewToken(conflict: OnConflictBuilder<Database, 'management_tokens'>) {
  return conflict
    .columns(['registration_id', 'token_sha256'])
    .doUpdateSet((eb) => ({
      received_at: eb.ref('excluded.received_at'),
      sealed_token: eb.ref('excluded.sealed_token'),
      rejected_at: null,
    }))
    .whereRef('excluded.received_at', '>', 'management_tokens.received_at');
}

/** Journals a received token. */
export async function insertManagementToken(
  db: Kysely<Database>,
  sealer: Sealer,
  registrationId: string,
  token: ManagementToken,
): Promise<void> {
  await db
    .insertInto('management_tokens')
    .values(managementTokenRow(sealer, registrationId, token))
    .onConflict(renewToken)
    .execute();
}

/** Tokens of one client that are kept. */
const keptPerClient = 10;

/** Forgets all but the newest tokens of a client. */
export async function pruneTokens(
  db: Kysely<Database>,
  registrationId: string,
  clientId: string | null,
): Promise<void> {
  const own = db
    .selectFrom('management_tokens')
    .select('id')
    .where('registration_id', '=', registrationId)
    .where(sql<boolean>`client_id is not distinct from ${clientId}::text`);
  await db
    .deleteFrom('management_tokens')
    .where('id', 'in', own.orderBy('received_at', 'desc').orderBy('id', 'desc').offset(keptPerClient))
    .execute();
}

/** The journal of registration access tokens: the newest ten of each client. */
export function createManagementTokens({ db, sealer, clock }: RecordsContext): ManagementTokenJournal {
  async function journal(registrationId: string): Promise<ManagementToken[]> {
    const rows = await db
      .selectFrom('management_tokens')
      .select(['token_sha256', 'sealed_token', 'rejected_at'])
      .where('registration_id', '=', registrationId)
      .orderBy('received_at', 'desc')
      .orderBy('id', 'desc')
      .execute();
    return rows.map((row) => ({
      ...openJson<ManagementToken>(sealer, placeOf(registrationId, row.token_sha256), row.sealed_token),
      ...(row.rejected_at === null ? {} : { rejectedAt: row.rejected_at.getTime() }),
    }));
  }

  return {
    managementTokens: journal,

    async journalManagementToken(registrationId, token) {
      await insertManagementToken(db, sealer, registrationId, token);
      await pruneTokens(db, registrationId, token.clientId);
    },

    async rejectManagementToken(registrationId, token) {
      const entries = await journal(registrationId);
      const hashes = entries.filter((entry) => entry.token === token).map((entry) => hashOf(registrationId, entry));
      if (hashes.length === 0) return;
      await db
        .updateTable('management_tokens')
        .set({ rejected_at: toRfc3339(clock.now()) })
        .where('registration_id', '=', registrationId)
        .where('token_sha256', 'in', hashes)
        .execute();
    },
  };
}
