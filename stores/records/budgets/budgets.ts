import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Budgets } from '../../../domain/ports/servers/budgets.ts';
import {
  burstOf,
  intervalOf,
  longestPause,
  longestWait,
  type Turn,
  tolerances,
} from '../../../domain/servers/budget.ts';
import type { BudgetRef } from '../../../domain/servers/budgetOf.ts';
import { databaseNow } from '../clock.ts';
import { guarded } from '../errors.ts';
import type { Database } from '../schema.ts';

interface Row {
  readonly granted: boolean;
  readonly at: number;
  readonly now: number;
}

/**
 * One row per budget; the arithmetic is `takeTurn` of the domain, in the statement that holds the row's lock, by the
 * database's clock: workers' clocks differ by more than a turn.
 *
 * @param budgetOf which budget a URL counts on.
 */
export function createBudgets(
  db: Kysely<Database>,
  budgetOf: (url: string) => BudgetRef,
  now: RawBuilder<Date> = databaseNow,
): Budgets {
  const nowMs = sql<number>`extract(epoch from ${now})::float8 * 1000`;

  async function create({ budget, perMinute, source }: BudgetRef): Promise<void> {
    await sql`
      insert into budgets (budget, tat, promised, per_minute, source, updated_at)
      values (${budget}, to_timestamp(0), to_timestamp(0), ${perMinute}, ${source}, ${now})
      on conflict (budget) do nothing`.execute(db);
  }

  /** Null: there is no such row yet. */
  async function attempt(ref: BudgetRef, calls: number, workClass: keyof typeof tolerances): Promise<Row | null> {
    const interval = intervalOf(ref);
    const cost = calls * interval;
    const room = Math.max(0, (burstOf(ref) * tolerances[workClass] - calls) * interval);
    const { rows } = await sql<Row>`
      with known as (
        select extract(epoch from tat)::float8 * 1000 as arrival, extract(epoch from promised)::float8 * 1000 as promised
        from budgets where budget = ${ref.budget} for update
      ), clock as materialized (
        -- Read once the lock is held.
        select arrival, promised, ${nowMs} as now from known
      ), judged as materialized (
        select arrival, promised, now, greatest(now, greatest(arrival, now) - ${room}::float8) as at from clock
      ), turn as materialized (
        select now, arrival, promised, at - now <= ${longestWait}::float8 as granted,
          case when at - now <= ${longestWait}::float8 or ${workClass !== 'onboarding'}::boolean then at
            else greatest(at, promised + ${cost}::float8) end as at
        from judged
      ), moved as (
        update budgets b set
          tat = case when turn.granted then to_timestamp((greatest(turn.arrival, turn.now) + ${cost}::float8) / 1000)
            else b.tat end,
          promised = case when turn.granted or ${workClass !== 'onboarding'}::boolean then b.promised
            else to_timestamp(turn.at / 1000) end,
          per_minute = ${ref.perMinute}, source = ${ref.source}, updated_at = to_timestamp(turn.now / 1000)
        from turn where b.budget = ${ref.budget}
      )
      select granted, at, now from turn`.execute(db);
    return rows[0] ?? null;
  }

  return guarded<Budgets>({
    async reserve(url, calls, workClass) {
      const ref = budgetOf(url);
      let row = await attempt(ref, calls, workClass);
      for (; row === null; row = await attempt(ref, calls, workClass)) await create(ref);
      const turn: Turn = { kind: row.granted ? 'granted' : 'not-yet', at: row.at };
      return { turn, now: row.now, spacing: calls * intervalOf(ref) };
    },

    async pause(url, seconds) {
      const ref = budgetOf(url);
      const pause = Math.min(seconds * 1000, longestPause) + burstOf(ref) * intervalOf(ref);
      await create(ref);
      await sql`
        update budgets set tat = greatest(tat, to_timestamp((${nowMs} + ${pause}::float8) / 1000)), updated_at = ${now}
        where budget = ${ref.budget}`.execute(db);
    },
  });
}
