import { sql, type Transaction } from 'kysely';
import type { OperationRequest } from '../../../domain/operations/request.ts';
import type { Decision, OperationLedger } from '../../../domain/ports/entityState.ts';
import { RecordsError } from '../../../domain/ports/recordsError.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import type { RecordsContext } from '../context.ts';
import { putOff } from '../deliveries.ts';
import { jsonb } from '../json.ts';
import { isOneOf } from '../lists/keyset.ts';
import type { Database } from '../schema.ts';

/** Milliseconds that whoever accepts an operation has to hand it over, before another does. */
const handOver = 30_000;

/** Operations between their 202 and the transition that ends them. */
export function createOperations({ db, clock }: RecordsContext): OperationLedger {
  return {
    async addOperation(registrationId, operation) {
      const at = clock.now();
      const { operationId, kind, actor, reason = null } = operation;
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('operations')
        .columns([
          'operation_id',
          'registration_id',
          'incarnation',
          'kind',
          'request',
          'actor',
          'reason',
          'accepted_at',
          'not_before',
        ])
        .expression(({ selectFrom }) =>
          selectFrom('registrations')
            .select([
              sql<string>`${operationId}::text`.as('operation_id'),
              'registration_id',
              'incarnation',
              sql<string>`${kind}::text`.as('kind'),
              jsonb(operation).as('request'),
              sql<string>`${actor}::text`.as('actor'),
              sql<string | null>`${reason}::text`.as('reason'),
              sql<string>`${toRfc3339(at)}::timestamptz`.as('accepted_at'),
              sql<string>`${toRfc3339(at + handOver)}::timestamptz`.as('not_before'),
            ])
            .where('registration_id', '=', registrationId),
        )
        .onConflict((conflict) =>
          conflict.column('operation_id').doUpdateSet({ registration_id: sql`excluded.registration_id` }),
        )
        .executeTakeFirstOrThrow();
      if (numInsertedOrUpdatedRows === 0n)
        throw new RecordsError('not-found', `There is no registration ${registrationId}.`);
    },

    async acceptOperation(operationId) {
      const at = toRfc3339(clock.now());
      await db
        .with('accepted', (statement) =>
          statement
            .updateTable('operations')
            .set({ delivered_at: sql`coalesce(delivered_at, ${at}::timestamptz)` })
            .where('operation_id', '=', operationId),
        )
        .updateTable('entering_secrets')
        .set({ claimed_at: sql`coalesce(claimed_at, ${at}::timestamptz)` })
        .where('operation_id', '=', operationId)
        .where('sealed_value', 'is not', null)
        .execute();
    },

    async dropOperation(operationId) {
      await db
        .deleteFrom('operations')
        .where('operation_id', '=', operationId)
        .where('delivered_at', 'is', null)
        .execute();
    },

    async putOffOperation(operationId) {
      await db.updateTable('operations').set(putOff).where('operation_id', '=', operationId).execute();
    },

    async undeliveredOperations(limit) {
      const rows = await db
        .selectFrom('operations')
        .select(['registration_id', 'request'])
        .where('ended_at', 'is', null)
        .where('delivered_at', 'is', null)
        .where(sql`coalesce(not_before, accepted_at)`, '<=', new Date(clock.now()))
        .orderBy(sql`coalesce(not_before, accepted_at)`)
        .orderBy('operation_id')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        registrationId: row.registration_id,
        operation: row.request as OperationRequest,
      }));
    },

    async openOperations(registrationId) {
      const rows = await db
        .selectFrom('operations as o')
        .innerJoin('registrations as r', (join) =>
          join.onRef('r.registration_id', '=', 'o.registration_id').onRef('r.incarnation', '=', 'o.incarnation'),
        )
        .select('o.request')
        .where('o.registration_id', '=', registrationId)
        .where('o.ended_at', 'is', null)
        .orderBy('o.accepted_at')
        .orderBy('o.operation_id')
        .execute();
      return rows.map((row) => row.request as OperationRequest);
    },
  };
}

/** In the commit of what ended them. */
export async function endOperations(
  trx: Transaction<Database>,
  decisions: readonly Decision[],
  at: string,
): Promise<void> {
  for (const { registrationId, endedOperations, afterSequence, transitions } of decisions) {
    if (endedOperations.length === 0) continue;
    await trx
      .updateTable('operations')
      .set({ ended_at: at, ended_sequence: transitions.at(-1)?.sequence ?? afterSequence })
      .where(isOneOf('operation_id', endedOperations))
      .where('registration_id', '=', registrationId)
      .where('ended_at', 'is', null)
      .execute();
  }
}
