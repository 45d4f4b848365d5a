import { sql } from 'kysely';
import type { IssuedTokenLedger } from '../../../domain/ports/ledgers/issuedTokens.ts';
import { expiringWithin } from '../../../domain/servers/initialAccessToken.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import type { RecordsContext } from '../context.ts';

const kind = 'initial-access-token';

/**
 * Initial access tokens that an administrator issues for one request each: which, where and what became of them, so
 * that an unused one is revoked whatever process died meanwhile. The value is never kept.
 */
export function createIssuedTokens({ db, clock }: RecordsContext): IssuedTokenLedger {
  const now = () => toRfc3339(clock.now());
  return {
    async beginIssuedToken({ intentId, registrationId, serverId, lifetimeSeconds }) {
      const at = now();
      await db
        .insertInto('entering_secrets')
        .values({
          operation_id: intentId,
          registration_id: registrationId,
          kind,
          sealed_value: null,
          entered_at: at,
          claimed_at: at,
          source: 'keycloak-admin',
          supplied_by: 'system',
          authorization_server_id: serverId,
          lifetime_seconds: lifetimeSeconds,
          expires_at: toRfc3339(clock.now() + lifetimeSeconds * 1000),
          peer_token_id: null,
        })
        .onConflict((conflict) => conflict.column('operation_id').doNothing())
        .execute();
    },

    async recordIssuedToken(intentId, peerTokenId, expiresAt) {
      await db
        .updateTable('entering_secrets')
        .set({
          peer_token_id: peerTokenId,
          ...(expiresAt === null ? {} : { expires_at: toRfc3339(expiresAt) }),
        })
        .where('operation_id', '=', intentId)
        .where('source', '=', 'keycloak-admin')
        .execute();
    },

    async endIssuedToken(intentId, how) {
      await db
        .updateTable('entering_secrets')
        .set(how === 'spent' ? { spent_at: now() } : { revoked_at: now() })
        .where('operation_id', '=', intentId)
        .where('source', '=', 'keycloak-admin')
        .where('spent_at', 'is', null)
        .where('revoked_at', 'is', null)
        .execute();
    },

    async unusedIssuedTokens(abandonedAfter) {
      await sql`
        update entering_secrets e set spent_at = ${now()}::timestamptz from intents i
        where e.source = 'keycloak-admin' and e.spent_at is null and e.revoked_at is null
          and i.intent_id = e.operation_id and i.settlement = 'applied'`.execute(db);
      const rows = await db
        .selectFrom('entering_secrets as e')
        .leftJoin('intents as i', 'i.intent_id', 'e.operation_id')
        .select([
          'e.operation_id',
          'e.registration_id',
          'e.authorization_server_id',
          'e.peer_token_id',
          'e.lifetime_seconds',
          'e.entered_at',
        ])
        .where('e.source', '=', 'keycloak-admin')
        .where('e.spent_at', 'is', null)
        .where('e.revoked_at', 'is', null)
        .where('e.expires_at', '>', new Date(clock.now()))
        .where((eb) =>
          eb.or([
            eb('i.state', '=', 'settled'),
            eb.and([eb('i.intent_id', 'is', null), eb('e.entered_at', '<=', new Date(clock.now() - abandonedAfter))]),
          ]),
        )
        .orderBy('e.entered_at')
        .limit(100)
        .execute();
      return rows.flatMap((row) =>
        row.authorization_server_id === null
          ? []
          : {
              intentId: row.operation_id,
              registrationId: row.registration_id,
              serverId: row.authorization_server_id,
              peerTokenId: row.peer_token_id,
              lifetimeSeconds: row.lifetime_seconds ?? 0,
              askedAt: row.entered_at.getTime(),
            },
      );
    },

    async warnOfExpiringTokens(within) {
      const rows = await db
        .updateTable('entering_secrets')
        .set({ expiry_warned_at: now() })
        .where('kind', '=', kind)
        .where('source', '=', 'operator')
        .where('sealed_value', 'is not', null)
        .where('expiry_warned_at', 'is', null)
        .where('expires_at', '>', new Date(clock.now()))
        .where('expires_at', '<=', new Date(clock.now() + within))
        .returning(['registration_id', 'expires_at'])
        .execute();
      return rows.flatMap((row) =>
        row.expires_at === null ? [] : { registrationId: row.registration_id, expiresAt: row.expires_at.getTime() },
      );
    },
  };
}

/** Condition of the tokens that {@link expiringWithin} speaks of, at a time. */
export function expiringAt(now: number) {
  return sql<boolean>`source = 'operator' and sealed_value is not null and expires_at > ${toRfc3339(now)}::timestamptz
    and expires_at <= ${toRfc3339(now + expiringWithin)}::timestamptz`;
}
