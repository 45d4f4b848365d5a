import { sql, type Transaction } from 'kysely';
import { RecordsError } from '../../../domain/ports/recordsError.ts';
import type { NewRegistration } from '../../../domain/ports/registrations/newRegistration.ts';
import type { Sharing } from '../../../domain/ports/registrations/sharing.ts';
import type { WakeKind, WakeRequests } from '../../../domain/ports/registrations/wakeRequests.ts';
import type { Transition } from '../../../domain/registration/view.ts';
import { databaseNow } from '../clock.ts';
import type { RecordsContext } from '../context.ts';
import { isDue, putOff } from '../deliveries.ts';
import { isOneOf } from '../lists/keyset.ts';
import { visibleIn } from '../lists/visibility.ts';
import type { Database } from '../schema.ts';

/** After these the credential of a holder is another than before. */
export const newCredentialEvents: ReadonlySet<string> = new Set(['registration.activated', 'credential.rotated']);

/** Registrations that share a client, and those they share it with. */
export function createSharing({ db }: RecordsContext): Sharing & WakeRequests {
  return {
    async countSharers(registrationId) {
      const { count } = await db
        .selectFrom('registrations')
        .select(({ fn }) => fn.countAll<string>().as('count'))
        .where('holder_registration_id', '=', registrationId)
        .where('phase', '!=', 'retired')
        .executeTakeFirstOrThrow();
      return Number(count);
    },

    async shareable({ registrationId, applicationId, environment, tokenEndpoint }, visibility, limit) {
      const rows = await db
        .selectFrom('registrations as r')
        .select('r.registration_id')
        .where('r.application_id', '=', applicationId)
        .where('r.environment', '=', environment)
        .where(sql<boolean>`r.view #>> '{discovery,tokenEndpoint}' = ${tokenEndpoint}`)
        .where('r.holder_registration_id', 'is', null)
        .where('r.phase', '=', 'active')
        .where('r.registration_id', '!=', registrationId)
        .where(visibleIn('r', visibility))
        .orderBy('r.registration_id')
        .limit(limit)
        .execute();
      return rows.map((row) => row.registration_id);
    },

    async wakeRequests(limit) {
      const rows = await db
        .selectFrom('wake_requests')
        .select(['operation_id', 'registration_id', 'kind', 'reason'])
        .where(isDue)
        .orderBy('requested_at')
        .orderBy('operation_id')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        operationId: row.operation_id,
        registrationId: row.registration_id,
        kind: row.kind as WakeKind,
        reason: row.reason,
      }));
    },

    async removeWakeRequest(operationId) {
      await db.deleteFrom('wake_requests').where('operation_id', '=', operationId).execute();
    },

    async putOffWakeRequest(operationId) {
      await db.updateTable('wake_requests').set(putOff).where('operation_id', '=', operationId).execute();
    },
  };
}

/** After these it is the same, and its expiry may be another. */
const keptCredentialEvents: ReadonlySet<string> = new Set(['credential.rotation-deferred']);

/** Milliseconds between two sharers that are woken, and in which all of a client are. */
const sharerSpacing = 250;
const sharersWithin = 3_600_000;

/**
 * In the commit that changed a holder's credential: each sharer is to prove it where it uses it, one after the other, as
 * thousands at once would be as many requests with one client at one token endpoint. One that is suspended looks by
 * itself when it is resumed; where a wake is lost the watch, which was told the version too, wakes it again.
 */
export async function wakeSharers(trx: Transaction<Database>, transitions: readonly Transition[]): Promise<void> {
  const named = (types: ReadonlySet<string>) => transitions.filter(({ type }) => types.has(type));
  const renewed = named(newCredentialEvents);
  const kept = named(keptCredentialEvents);
  const first = renewed[0] ?? kept[0];
  if (first === undefined) return;
  const isHolder = (of: readonly Transition[]) =>
    isOneOf(
      'h.registration_id',
      of.map(({ registrationId }) => registrationId),
    );
  // One moment for all: the clock moves on from row to row.
  await sql`
    with clock as materialized (select ${databaseNow} as moment)
    insert into wake_requests (operation_id, registration_id, reason, requested_at, not_before)
    select gen_random_uuid()::text, r.registration_id, 'The holder of the client has a new credential.',
      ${first.at}::timestamptz, clock.moment + interval '1 millisecond' * (
        (row_number() over sharers - 1) * least(${sharerSpacing}::float8,
          ${sharersWithin}::float8 / count(*) over (partition by r.holder_registration_id)))
    from registrations r join registrations h on h.registration_id = r.holder_registration_id cross join clock
    where (${isHolder(renewed)} or (${isHolder(kept)} and h.expires_at is distinct from r.expires_at))
      and r.phase in ('verifying', 'awaiting_enablement', 'active')
    window sharers as (partition by r.holder_registration_id order by r.registration_id)`.execute(trx);
}

/**
 * Refuses a holder whose client cannot be shared. In the caller's transaction, which holds the audit's head: no holder
 * can begin to retire meanwhile.
 */
export async function refuseUnshareable(
  trx: Transaction<Database>,
  registrations: readonly NewRegistration[],
): Promise<void> {
  for (const [index, { shareWith, applicationId, environment }] of registrations.entries()) {
    if (shareWith === null) continue;
    const holder = await trx
      .selectFrom('registrations')
      .select(['application_id', 'environment', 'holder_registration_id', 'phase'])
      .where('registration_id', '=', shareWith)
      .executeTakeFirst();
    const why = obstacleTo(holder, applicationId, environment);
    if (why === null) continue;
    throw new RecordsError(
      'cannot-share',
      `${shareWith} cannot be shared: ${why}.`,
      `/registrations/${index}/shareWith`,
    );
  }
}

interface Holder {
  readonly application_id: string;
  readonly environment: string;
  readonly holder_registration_id: string | null;
  readonly phase: string;
}

function obstacleTo(holder: Holder | undefined, applicationId: string, environment: string): string | null {
  if (holder === undefined) return 'there is no such registration';
  if (holder.application_id !== applicationId) return 'it is of another application';
  if (holder.environment !== environment) return 'it is of another environment';
  if (holder.holder_registration_id !== null)
    return `it uses the client of ${holder.holder_registration_id} itself; share with that one`;
  return holder.phase === 'retiring' || holder.phase === 'retired' ? `it is ${holder.phase}` : null;
}
