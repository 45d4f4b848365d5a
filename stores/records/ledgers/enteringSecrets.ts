import { sql } from 'kysely';
import type { EnteringSecretLedger } from '../../../domain/ports/ledgers/enteringSecrets.ts';
import { readJwtExpiry } from '../../../domain/text/jsonWebToken.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import type { RecordsContext } from '../context.ts';
import { openJson, sealJson } from '../sealed.ts';

/** Milliseconds after which an entering secret that nobody claimed is deleted. */
const unclaimedLifetime = 60 * 60 * 1000;

/** Secrets on their way in: sealed under the operation that brought them, until they are claimed and spent. */
export function createEnteringSecrets({ db, sealer, clock }: RecordsContext): EnteringSecretLedger {
  return {
    async putEnteringSecret({ operationId, registrationId, kind, value, suppliedBy }) {
      const expiresAt = readJwtExpiry(value);
      await db
        .insertInto('entering_secrets')
        .values({
          operation_id: operationId,
          registration_id: registrationId,
          kind,
          sealed_value: sealJson(sealer, ['entering_secrets.value', operationId], value),
          entered_at: toRfc3339(clock.now()),
          supplied_by: suppliedBy ?? null,
          expires_at: expiresAt === null ? null : toRfc3339(expiresAt),
        })
        .onConflict((conflict) => conflict.column('operation_id').doNothing())
        .execute();
    },

    async claimEnteringSecret(operationId, registrationId) {
      const row = await db
        .updateTable('entering_secrets')
        .set({ claimed_at: sql<string>`coalesce(claimed_at, ${toRfc3339(clock.now())}::timestamptz)` })
        .where('operation_id', '=', operationId)
        .where('registration_id', '=', registrationId)
        .where('sealed_value', 'is not', null)
        .returning('sealed_value')
        .executeTakeFirst();
      if (row === undefined || row.sealed_value === null) return null;
      return openJson<string>(sealer, ['entering_secrets.value', operationId], row.sealed_value);
    },

    async spendEnteringSecret(operationId) {
      await db
        .updateTable('entering_secrets')
        .set({ sealed_value: null, spent_at: toRfc3339(clock.now()) })
        .where('sealed_value', 'is not', null)
        .where(({ exists, selectFrom }) =>
          exists(
            selectFrom('entering_secrets as used')
              .select('used.id')
              .where('used.operation_id', '=', operationId)
              .whereRef('used.registration_id', '=', 'entering_secrets.registration_id')
              .whereRef('used.kind', '=', 'entering_secrets.kind')
              .whereRef('used.id', '>=', 'entering_secrets.id'),
          ),
        )
        .execute();
    },

    async sweepEnteringSecrets() {
      const { numUpdatedRows } = await db
        .updateTable('entering_secrets')
        .set({ sealed_value: null, swept_at: toRfc3339(clock.now()) })
        .where('claimed_at', 'is', null)
        .where('spent_at', 'is', null)
        .where('swept_at', 'is', null)
        .where('entered_at', '<=', new Date(clock.now() - unclaimedLifetime))
        // Whoever was to hand it over may have died, or Temporal been away for long: its operation will still come.
        .where(({ exists, not, selectFrom }) =>
          not(
            exists(
              selectFrom('operations')
                .select('operations.operation_id')
                .whereRef('operations.operation_id', '=', 'entering_secrets.operation_id')
                .where('operations.ended_at', 'is', null),
            ),
          ),
        )
        .executeTakeFirst();
      return Number(numUpdatedRows);
    },
  };
}
