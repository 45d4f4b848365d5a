import { sql } from 'kysely';
import type { Reconciliation } from '../../../domain/ports/registrations/reconciliation.ts';
import { databaseNow } from '../clock.ts';
import type { RecordsContext } from '../context.ts';
import { laterThan } from '../deliveries.ts';

/** A note of the entity is this late at most, in milliseconds, before nobody seems to be there. */
const dueSlack = 60 * 60 * 1000;
const expirySlack = 5 * 60 * 1000;

/** Longest time between two looks at an operation that does not end, in milliseconds. */
const longestLook = 24 * 60 * 60 * 1000;

const before = (milliseconds: number) => sql`${databaseNow} - interval '1 millisecond' * ${milliseconds}::float8`;
const lifeEnd = sql`least(expires_at, client_expires_at)`;

/** What an entity that runs would have noted: expired; due; past the middle between due and expiry. By indexes. */
const isUnnoticed = sql<boolean>`phase not in ('retiring', 'retired') and (
    (expires_at <= ${before(expirySlack)} and credential_health not in ('expired', 'none'))
    or (client_expires_at <= ${before(expirySlack)} and credential_health not in ('expired', 'none'))
    or (rotation_due_at <= ${before(dueSlack)} and credential_health in ('healthy', 'unknown'))
    or (rotation_due_at <= ${before(dueSlack)} and credential_health = 'due'
      and rotation_due_at + (expires_at - rotation_due_at) / 2 <= ${before(dueSlack)}))`;

/** Entities that should be there, against those that are (DESIGN section 5, Reconciler). */
export function createReconciliation({ db }: RecordsContext): Reconciliation {
  return {
    async overdueEntities(overdue, limit) {
      const { rows } = await sql<{ registration_id: string; life_end: Date | null }>`
        with leased as (
          select registration_id, ${lifeEnd} as life_end from registrations
          where wake_at <= ${before(overdue)} and phase <> 'retired'
            and (reconcile_not_before is null or reconcile_not_before <= ${databaseNow})
          order by ${lifeEnd} nulls last, wake_at, registration_id
          limit ${limit}
          for update skip locked
        )
        update registrations as r
          set reconcile_not_before = ${databaseNow} + interval '1 millisecond' * ${overdue}::float8
        from leased where r.registration_id = leased.registration_id
        returning r.registration_id, leased.life_end`.execute(db);
      // An update answers in no order.
      const end = (row: (typeof rows)[number]) => row.life_end?.getTime() ?? Number.POSITIVE_INFINITY;
      return rows
        .toSorted((one, other) => (end(one) === end(other) ? 0 : end(one) - end(other)))
        .map((row) => row.registration_id);
    },

    async unendedOperations(overdue, limit) {
      const looks = { deliveryRetry: overdue, deliveryRetryMaximum: longestLook };
      const { rows } = await sql<{ registration_id: string }>`
        with leased as (
          select o.operation_id from operations o
          join registrations r on r.registration_id = o.registration_id and r.incarnation = o.incarnation
          where o.ended_at is null and o.delivered_at <= ${before(overdue)}
            and (o.not_before is null or o.not_before <= ${databaseNow}) and r.phase <> 'retired'
          order by o.delivered_at, o.operation_id
          limit ${limit}
          for update of o skip locked
        )
        update operations as o
          set attempts = o.attempts + 1, not_before = ${laterThan('o.attempts', looks)}
        from leased where o.operation_id = leased.operation_id
        returning o.registration_id`.execute(db);
      return [...new Set(rows.map((row) => row.registration_id))];
    },

    async unretiredAfter(registrationId, limit) {
      const rows = await db
        .selectFrom('registrations')
        .select('registration_id')
        .where('registration_id', '>', registrationId)
        .where('phase', '!=', 'retired')
        .orderBy('registration_id')
        .limit(limit)
        .execute();
      return rows.map((row) => row.registration_id);
    },

    async reconciled(registrationId) {
      await db
        .updateTable('registrations')
        .set({ reconcile_failures: 0 })
        .where('registration_id', '=', registrationId)
        .where('reconcile_failures', '>', 0)
        .execute();
    },

    async putOffReconciling(registrationId) {
      await db
        .updateTable('registrations')
        .set({
          reconcile_failures: sql<number>`reconcile_failures + 1`,
          reconcile_not_before: laterThan('reconcile_failures'),
        })
        .where('registration_id', '=', registrationId)
        .execute();
    },

    async unnoticed(limit) {
      const { count } = await db
        .selectFrom('registrations')
        .select(sql<number>`count(*)`.as('count'))
        .where(isUnnoticed)
        .executeTakeFirstOrThrow();
      if (count === 0) return { count, first: [] };
      const rows = await db
        .selectFrom('registrations')
        .select(['registration_id', 'credential_health', 'rotation_due_at', 'expires_at'])
        .where(isUnnoticed)
        .orderBy(sql`${lifeEnd} nulls last`)
        .orderBy('registration_id')
        .limit(limit)
        .execute();
      return {
        count,
        first: rows.map((row) => ({
          registrationId: row.registration_id,
          credentialHealth: row.credential_health,
          rotationDueAt: row.rotation_due_at?.toISOString() ?? null,
          expiresAt: row.expires_at?.toISOString() ?? null,
        })),
      };
    },
  };
}
