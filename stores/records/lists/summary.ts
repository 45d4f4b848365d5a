import { sql } from 'kysely';
import type { FleetSummary } from '../../../domain/ports/lists/summary.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import { credentialHealths, phases } from '../../../domain/words.ts';
import type { RecordsContext } from '../context.ts';
import { createPausedOrigins } from './pausedOrigins.ts';
import { visibleIn } from './visibility.ts';

const day = 24 * 60 * 60 * 1000;
/** Ends of the ranges in which expiring secrets are counted, in days from now. */
const rangeEnds = [1, 7, 30, 90];

const zeros = (names: readonly string[]): Record<string, number> => Object.fromEntries(names.map((name) => [name, 0]));

/** Counts for the first page of the dashboard. */
export function createSummary({ db, clock }: RecordsContext): FleetSummary {
  const { pausedOrigins } = createPausedOrigins({ db });
  return {
    async summary(visibility) {
      const now = clock.now();
      const ranges = rangeEnds.map((end, index) => ({
        from: toRfc3339(now + (rangeEnds[index - 1] ?? 0) * day),
        to: toRfc3339(now + end * day),
      }));
      const groups = await db
        .selectFrom('registrations as r')
        .select(['r.phase', 'r.credential_health', sql<number>`count(*)`.as('all')])
        .select(sql<number>`count(*) filter (where r.needs_attention)`.as('attention'))
        .select(
          ranges.map(({ from, to }, index) =>
            sql<number>`count(*) filter (where r.expires_at >= ${from}::timestamptz and r.expires_at < ${to}::timestamptz
              and r.phase <> 'retired')`.as(`range${index}`),
          ),
        )
        .where(visibleIn('r', visibility))
        .groupBy(['r.phase', 'r.credential_health'])
        .execute();
      const byPhase = zeros(phases);
      const byHealth = zeros(credentialHealths);
      for (const group of groups) {
        byPhase[group.phase] = (byPhase[group.phase] ?? 0) + group.all;
        byHealth[group.credential_health] = (byHealth[group.credential_health] ?? 0) + group.all;
      }
      const sum = (column: string) =>
        groups.reduce((total, group) => total + Number((group as Readonly<Record<string, unknown>>)[column]), 0);
      return {
        phases: byPhase,
        credentialHealth: byHealth,
        needsAttention: sum('attention'),
        expiring: ranges.map((range, index) => ({ ...range, count: sum(`range${index}`) })),
        pausedOrigins: await pausedOrigins(visibility),
      };
    },
  };
}
