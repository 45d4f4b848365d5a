import { sql } from 'kysely';
import type { Sessions } from '../../../domain/ports/callers/sessions.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import type { RecordsContext } from '../context.ts';
import { toKeyRecord } from './keys.ts';

/** Milliseconds without a request after which a session ends. */
const idleLimit = 30 * 60 * 1000;

/** Sessions of the page, known by the hash of their cookie. */
export function createSessions({ db, clock }: RecordsContext): Sessions {
  return {
    async insertSession({ sha256, keyId, csrfSha256, expiresAt }) {
      const now = clock.now();
      await db
        .deleteFrom('sessions')
        .where((eb) =>
          eb.or([eb('expires_at', '<=', new Date(now)), eb('last_seen_at', '<=', new Date(now - idleLimit))]),
        )
        .execute();
      await db
        .insertInto('sessions')
        .values({
          sha256,
          key_id: keyId,
          csrf_sha256: csrfSha256,
          created_at: toRfc3339(now),
          last_seen_at: toRfc3339(now),
          expires_at: toRfc3339(expiresAt),
        })
        .execute();
    },

    async session(sha256, touch = true) {
      const now = clock.now();
      const row = await db
        .updateTable('sessions as s')
        .from('api_keys as k')
        .set('last_seen_at', touch ? toRfc3339(now) : sql.ref('s.last_seen_at'))
        .whereRef('k.key_id', '=', 's.key_id')
        .where('s.sha256', '=', sha256)
        .where('s.expires_at', '>', new Date(now))
        .where('s.last_seen_at', '>', new Date(now - idleLimit))
        .where('k.revoked_at', 'is', null)
        .where((eb) => eb.or([eb('k.expires_at', 'is', null), eb('k.expires_at', '>', new Date(now))]))
        .returningAll('k')
        .returning(['s.csrf_sha256', 's.expires_at as session_expires_at'])
        .executeTakeFirst();
      if (row === undefined) return null;
      return {
        key: toKeyRecord(row),
        csrfSha256: row.csrf_sha256,
        expiresAt: row.session_expires_at.toISOString(),
      };
    },

    async removeSession(sha256) {
      await db.deleteFrom('sessions').where('sha256', '=', sha256).execute();
    },
  };
}
