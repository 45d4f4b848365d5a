import type { DiscoveryHeaderLedger, DiscoveryHeaders } from '../../../domain/ports/ledgers/discoveryHeaders.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import type { Sealer } from '../../crypto/sealer.ts';
import type { RecordsContext } from '../context.ts';
import { openJson, type SealedPlace, sealJson } from '../sealed.ts';

const placeOf = (registrationId: string): SealedPlace => ['discovery_headers.headers', registrationId];

/** The row of a registration's headers. `at` is RFC 3339 UTC. */
export function discoveryHeadersRow(sealer: Sealer, registrationId: string, headers: DiscoveryHeaders, at: string) {
  return {
    registration_id: registrationId,
    sealed_headers: sealJson(sealer, placeOf(registrationId), headers),
    changed_at: at,
  };
}

/** Headers that go with discovery, sealed at rest. */
export function createDiscoveryHeaders({ db, sealer, clock }: RecordsContext): DiscoveryHeaderLedger {
  return {
    async discoveryHeaders(registrationId) {
      const row = await db
        .selectFrom('discovery_headers')
        .select('sealed_headers')
        .where('registration_id', '=', registrationId)
        .executeTakeFirst();
      return row === undefined ? {} : openJson<DiscoveryHeaders>(sealer, placeOf(registrationId), row.sealed_headers);
    },

    async putDiscoveryHeaders(registrationId, headers) {
      if (Object.keys(headers).length === 0) {
        await db.deleteFrom('discovery_headers').where('registration_id', '=', registrationId).execute();
        return;
      }
      await db
        .insertInto('discovery_headers')
        .values(discoveryHeadersRow(sealer, registrationId, headers, toRfc3339(clock.now())))
        .onConflict((conflict) =>
          conflict.column('registration_id').doUpdateSet((eb) => ({
            sealed_headers: eb.ref('excluded.sealed_headers'),
            changed_at: eb.ref('excluded.changed_at'),
          })),
        )
        .execute();
    },
  };
}
