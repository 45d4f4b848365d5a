import { type Kysely, sql } from 'kysely';
import { toRfc3339 } from '../../domain/time/clock.ts';
import type { Database } from './schema.ts';

/**
 * The only source of time in SQL: the database's clock in production, which all workers share, and the simulated one
 * where a simulation set it. No other time function of SQL is used (a test sees to it).
 */
export const databaseNow = sql<Date>`now_of_registrar()`;

/**
 * Sets what {@link databaseNow} tells, for simulations; null = the database's own clock again. The running product's
 * role may not.
 *
 * @param at milliseconds since the epoch.
 */
export async function setDatabaseClock(db: Kysely<Database>, at: number | null): Promise<void> {
  if (at === null) {
    await db.deleteFrom('registrar_clock').execute();
    return;
  }
  const time = toRfc3339(at);
  await db
    .insertInto('registrar_clock')
    .values({ at: time })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ at: time }))
    .execute();
}
