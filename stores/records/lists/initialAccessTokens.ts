import type { InitialAccessTokenList } from '../../../domain/ports/lists/initialAccessTokens.ts';
import {
  isExpiring,
  remainingCountOf,
  type TokenSource,
  tokenStateAt,
} from '../../../domain/servers/initialAccessToken.ts';
import type { RecordsContext } from '../context.ts';
import { expiringAt } from '../ledgers/issuedTokens.ts';
import { decodeCursor } from './cursor.ts';
import { readStretches, type Sorting, stretchesOf, toPage } from './keyset.ts';
import { visibleIn } from './visibility.ts';

const sorting: Sorting = {
  list: 'initial-access-tokens',
  column: 'e.entered_at',
  idColumn: 'e.operation_id',
  descending: true,
};

/** The inventory of initial access tokens, newest first; never a value. */
export function createInitialAccessTokenList({ db, clock }: RecordsContext): InitialAccessTokenList {
  return {
    async initialAccessTokens(visibility, page) {
      const cursor = decodeCursor(page.cursor, sorting.list, 'time');
      const query = db
        .selectFrom('entering_secrets as e')
        .select([
          'e.operation_id',
          'e.registration_id',
          'e.source',
          'e.authorization_server_id',
          'e.supplied_by',
          'e.entered_at',
          'e.claimed_at',
          'e.spent_at',
          'e.swept_at',
          'e.revoked_at',
          'e.expires_at',
        ])
        .where('e.kind', '=', 'initial-access-token')
        .where(visibleIn('e', visibility));
      const rows = await readStretches(stretchesOf(cursor, sorting), page.limit + 1, (stretch, limit) =>
        query.where(stretch.where).orderBy(stretch.orderBy).limit(limit).execute(),
      );
      const now = clock.now();
      return toPage(
        rows,
        page,
        sorting.list,
        (row) => ({ value: row.entered_at.toISOString(), id: row.operation_id }),
        (row) => {
          const facts = {
            source: row.source as TokenSource,
            claimedAt: row.claimed_at?.getTime() ?? null,
            spentAt: row.spent_at?.getTime() ?? null,
            sweptAt: row.swept_at?.getTime() ?? null,
            revokedAt: row.revoked_at?.getTime() ?? null,
            expiresAt: row.expires_at?.getTime() ?? null,
          };
          return {
            tokenId: row.operation_id,
            registrationId: row.registration_id,
            source: facts.source,
            authorizationServerId: row.authorization_server_id,
            suppliedBy: row.supplied_by,
            suppliedAt: row.entered_at.toISOString(),
            expiresAt: row.expires_at?.toISOString() ?? null,
            remainingCount: remainingCountOf(facts, now),
            spentAt: row.spent_at?.toISOString() ?? null,
            state: tokenStateAt(facts, now),
            expiring: isExpiring(facts, now),
          };
        },
      );
    },

    async expiringTokens() {
      const { count } = await db
        .selectFrom('entering_secrets')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where(expiringAt(clock.now()))
        .executeTakeFirstOrThrow();
      return Number(count);
    },
  };
}
