import type { Kysely, OnConflictBuilder } from 'kysely';
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
  };
}

/** A token that is received again becomes the newest. */
export function renewToken(conflict: OnConflictBuilder<Database, 'management_tokens'>) {
  return conflict
    .columns(['registration_id', 'token_sha256'])
    .doUpdateSet((eb) => ({
      received_at: eb.ref('excluded.received_at'),
      sealed_token: eb.ref('excluded.sealed_token'),
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

/** The journal of registration access tokens: nothing is ever removed from it while the registration exists. */
export function createManagementTokens({ db, sealer }: RecordsContext): ManagementTokenJournal {
  return {
    async managementTokens(registrationId) {
      const rows = await db
        .selectFrom('management_tokens')
        .select(['token_sha256', 'sealed_token'])
        .where('registration_id', '=', registrationId)
        .orderBy('received_at', 'desc')
        .orderBy('id', 'desc')
        .execute();
      return rows.map((row) =>
        openJson<ManagementToken>(sealer, placeOf(registrationId, row.token_sha256), row.sealed_token),
      );
    },

    journalManagementToken: (registrationId, token) => insertManagementToken(db, sealer, registrationId, token),
  };
}
