import { sql, type Transaction } from 'kysely';
import type { Transition } from '../../../domain/registration/view.ts';
import { defaultServerPolicies } from '../../../domain/servers/authorizationServer.ts';
import { inChunks } from '../chunks.ts';
import { databaseNow } from '../clock.ts';
import { jsonb } from '../json.ts';
import type { Database } from '../schema.ts';
import { serverIdOf } from './serverId.ts';

interface Seen {
  readonly registrationId: string;
  readonly serverId: string;
  readonly tokenEndpoint: string;
  readonly issuer: string | null;
  readonly at: string;
  /** The registration waits for a token, and knew of no credential of the server. */
  readonly waits: boolean;
}

function seenIn(transitions: readonly Transition[]): Seen[] {
  return transitions.flatMap(({ registrationId, view, at }) => {
    const tokenEndpoint = view?.discovery?.tokenEndpoint;
    if (view === null || tokenEndpoint == null) return [];
    const issuer = view.discovery?.issuer ?? null;
    const serverId = serverIdOf({ tokenEndpoint, issuer });
    const waits = view.phase === 'awaiting_token' && view.discovery?.serverCredential === undefined;
    return { registrationId, serverId, tokenEndpoint, issuer, at, waits };
  });
}

/**
 * Rows of the authorization servers that the approved snapshots of these transitions name, and which registration is
 * where. Whoever began to wait for a token while a credential was put goes on by a wake request: both transactions hold
 * the head of the audit chain, so that one of them sees the other.
 */
export async function noteServers(trx: Transaction<Database>, transitions: readonly Transition[]): Promise<void> {
  const seen = seenIn(transitions);
  if (seen.length === 0) return;
  const ids = [...new Map(seen.map((one) => [one.registrationId, one])).values()];
  const { rows: moved } = await sql<{ registration_id: string }>`
    update registrations as r set authorization_server_id = s.server_id
    from jsonb_to_recordset(${JSON.stringify(
      ids.map(({ registrationId, serverId }) => ({ registration_id: registrationId, server_id: serverId })),
    )}::text::jsonb) as s (registration_id text, server_id text)
    where r.registration_id = s.registration_id and r.authorization_server_id is distinct from s.server_id
    returning r.registration_id`.execute(trx);
  const movedIds = new Set(moved.map((row) => row.registration_id));
  const servers = new Map(ids.filter((one) => movedIds.has(one.registrationId)).map((one) => [one.serverId, one]));
  await inChunks([...servers.values()], (some) =>
    trx
      .insertInto('authorization_servers')
      .values(
        some.map(({ serverId, tokenEndpoint, issuer, at }) => ({
          server_id: serverId,
          issuer,
          token_endpoint: tokenEndpoint,
          name: null,
          notes: null,
          policies: jsonb(defaultServerPolicies),
          first_seen_at: at,
          changed_at: at,
        })),
      )
      .onConflict((conflict) => conflict.column('server_id').doNothing())
      .execute(),
  );
  const waiting = ids.filter(({ waits }) => waits);
  if (waiting.length > 0) await requestWaking(trx, { registrationIds: waiting.map((one) => one.registrationId) });
}

/** Asks registrations that wait for a token, at a server with a credential, to go on; `serverId`: all of one server. */
export async function requestWaking(
  trx: Transaction<Database>,
  which: { readonly registrationIds: readonly string[] } | { readonly serverId: string },
): Promise<void> {
  const chosen =
    'serverId' in which
      ? sql`r.authorization_server_id = ${which.serverId}`
      : sql`r.registration_id in (${sql.join([...which.registrationIds])})`;
  await sql`
    insert into token_wake_requests (registration_id, operation_id, requested_at)
    select r.registration_id, gen_random_uuid()::text, ${databaseNow} from registrations r
    where ${chosen} and r.phase = 'awaiting_token' and exists
      (select 1 from authorization_server_credentials c where c.server_id = r.authorization_server_id)
    on conflict (registration_id) do update
      set operation_id = excluded.operation_id, requested_at = excluded.requested_at`.execute(trx);
}
