import type { AuthenticationFailuresLedger } from '../../../domain/ports/ledgers/authenticationFailures.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import type { RecordsContext } from '../context.ts';

/** Milliseconds after which a refusal counts for nothing: the slowest bound looks back a day, and a ladder ends in days. */
const keptFor = 30 * 86_400_000;

/** More than any bound lets happen in a day. */
const mostRecent = 100;

/**
 * Refusals of a client at its token endpoint (DESIGN section 9). All workers count together: a lock-out does not ask
 * which of them it was. Whole rows are forgotten once a client proves good, or another credential of it comes.
 */
export function createAuthenticationFailures({ db, clock }: RecordsContext): AuthenticationFailuresLedger {
  return {
    async authenticationFailures({ tokenEndpoint, clientId }, purpose, since) {
      const ofClient = db
        .selectFrom('authentication_failures')
        .where('token_endpoint', '=', tokenEndpoint)
        .where('client_id', '=', clientId)
        .where('purpose', '=', purpose);
      const first = await ofClient.select('at').orderBy('at').limit(1).executeTakeFirst();
      if (first === undefined) return { first: null, recent: [] };
      const recent = await ofClient
        .select('at')
        .where('at', '>', new Date(since))
        .orderBy('at', 'desc')
        .limit(mostRecent)
        .execute();
      return { first: first.at.getTime(), recent: recent.map(({ at }) => at.getTime()).reverse() };
    },

    async countAuthenticationFailures({ tokenEndpoint, clientId }, purpose, count, at) {
      if (count === 0) return;
      const row = { token_endpoint: tokenEndpoint, client_id: clientId, purpose, at: toRfc3339(at) };
      await db
        .insertInto('authentication_failures')
        .values(Array.from({ length: count }, () => row))
        .execute();
    },

    async forgetAuthenticationFailures({ tokenEndpoint, clientId }, purpose) {
      await db
        .deleteFrom('authentication_failures')
        .where('token_endpoint', '=', tokenEndpoint)
        .where('client_id', '=', clientId)
        .where('purpose', '=', purpose)
        .execute();
    },

    async pruneAuthenticationFailures() {
      const { numDeletedRows } = await db
        .deleteFrom('authentication_failures')
        .where('at', '<=', new Date(clock.now() - keptFor))
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}
