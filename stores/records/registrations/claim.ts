import { sql } from 'kysely';
import type { EntityClaims, RecordedEntity, StoredState } from '../../../domain/ports/entityState.ts';
import type { RegistrationView } from '../../../domain/registration/view.ts';
import type { RecordsContext } from '../context.ts';

interface Claimed {
  readonly incarnation: number;
  readonly sequence: number;
  readonly state: unknown;
  readonly view: unknown;
  readonly rules: number | null;
  readonly wake_at: Date | null;
  readonly chain_before: string | null;
}

/** Which chain of runs may write of a registration, and where the registration is. */
export function createClaim({ db }: RecordsContext): EntityClaims {
  return {
    async claim({ registrationId, incarnation, chain }) {
      const { rows } = await sql<Claimed>`
        with before as (
          select registration_id, first_execution_run_id from registrations
          where registration_id = ${registrationId}
            and (${incarnation}::integer is null or incarnation = ${incarnation}::integer)
          for update
        ), started as (
          delete from start_requests where registration_id in (select registration_id from before)
        )
        update registrations as r set first_execution_run_id = ${chain}
        from before where r.registration_id = before.registration_id
        returning r.incarnation, r.sequence, r.state, r.view, r.rules, r.wake_at,
          before.first_execution_run_id as chain_before`.execute(db);
      const [row] = rows;
      return row === undefined ? null : recordedFrom(row);
    },

    async standing(registrationId) {
      const row = await db
        .selectFrom('registrations')
        .select(['sequence', 'incarnation', 'fhir_base_url'])
        .where('registration_id', '=', registrationId)
        .executeTakeFirst();
      if (row === undefined) return null;
      return { decidedAt: row.sequence, incarnation: row.incarnation, fhirBaseUrl: row.fhir_base_url };
    },
  };
}

function recordedFrom(row: Claimed): RecordedEntity {
  return {
    incarnation: row.incarnation,
    sequence: row.sequence,
    state: row.state as StoredState | null,
    view: row.view as RegistrationView,
    chain: row.chain_before,
    rules: row.rules,
    wakeAt: row.wake_at === null ? null : row.wake_at.getTime(),
  };
}
