import { sql } from 'kysely';
import type { PausedOrigins } from '../../../domain/ports/lists/pausedOrigins.ts';
import { explain } from '../../../domain/reasons/index.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import type { RecordsContext } from '../context.ts';
import { visibleIn } from './visibility.ts';

/** A bad hour of more servers than these is one of the network. */
const mostOrigins = 100;

export function createPausedOrigins({ db }: Pick<RecordsContext, 'db'>): PausedOrigins {
  return {
    async pausedOrigins(visibility) {
      const rows = await db
        .selectFrom('origin_health as h')
        .innerJoin('proofs as p', 'p.origin', 'h.origin')
        .innerJoin('registrations as r', 'r.registration_id', 'p.registration_id')
        .select(['h.origin', 'h.paused_until', sql<number>`count(*)`.as('registrations')])
        .where('h.reason', '=', 'OriginVerdictsBad')
        .where(visibleIn('r', visibility))
        .groupBy(['h.origin', 'h.paused_until'])
        .orderBy('registrations', 'desc')
        .orderBy('h.origin')
        .limit(mostOrigins)
        .execute();
      return rows.map(({ origin, paused_until, registrations }) => ({
        origin,
        reason: 'OriginVerdictsBad' as const,
        message: explain('OriginVerdictsBad'),
        pausedUntil: paused_until === null ? null : toRfc3339(paused_until.getTime()),
        registrations: Number(registrations),
      }));
    },
  };
}
