import { type Kysely, sql } from 'kysely';
import type { AuthorizationServerList } from '../../../domain/ports/servers/list.ts';
import type { Visibility } from '../../../domain/ports/visibility.ts';
import type { AuthorizationServerRecord, ServerCredentialKind } from '../../../domain/servers/authorizationServer.ts';
import type { RecordsContext } from '../context.ts';
import { decodeCursor } from '../lists/cursor.ts';
import { isOneOf, toPage } from '../lists/keyset.ts';
import { visibleIn } from '../lists/visibility.ts';
import type { Database } from '../schema.ts';
import { policiesOf } from './access.ts';

const list = 'authorization-servers';

/** Servers at which the caller sees a registration; who is not bounded sees those that nobody uses any more too. */
export async function serversWhere(
  db: Kysely<Database>,
  visibility: Visibility,
  which: { readonly serverId: string } | { readonly after: string | null; readonly limit: number },
): Promise<AuthorizationServerRecord[]> {
  const seen = sql<number>`(select count(*)::int from registrations r
    where r.authorization_server_id = s.server_id and ${visibleIn('r', visibility)})`;
  let query = db.selectFrom('authorization_servers as s').selectAll('s').select(seen.as('registrations'));
  const bounded = visibility.tenantIds !== null || visibility.applicationIds !== null;
  if (bounded) query = query.where(sql<boolean>`${seen} > 0`);
  if ('serverId' in which) query = query.where('s.server_id', '=', which.serverId);
  else {
    if (which.after !== null) query = query.where('s.server_id', '>', which.after);
    query = query.orderBy('s.server_id').limit(which.limit);
  }
  const rows = await query.execute();
  if (rows.length === 0) return [];
  const credentials = await db
    .selectFrom('authorization_server_credentials')
    .select(['server_id', 'kind', 'client_id', 'put_at'])
    .where(
      isOneOf(
        'server_id',
        rows.map((row) => row.server_id),
      ),
    )
    .orderBy('kind')
    .execute();
  return rows.map((row) => ({
    serverId: row.server_id,
    issuer: row.issuer,
    tokenEndpoint: row.token_endpoint,
    name: row.name,
    notes: row.notes,
    policies: policiesOf(row.policies),
    credentials: credentials
      .filter(({ server_id: serverId }) => serverId === row.server_id)
      .map(({ kind, client_id: clientId, put_at: putAt }) => ({
        kind: kind as ServerCredentialKind,
        clientId,
        putAt: putAt.toISOString(),
      })),
    registrations: row.registrations,
    firstSeenAt: row.first_seen_at.toISOString(),
    changedAt: row.changed_at.toISOString(),
  }));
}

/** Authorization servers by id, and what was learned from them. */
export function createServerList({ db }: RecordsContext): AuthorizationServerList {
  return {
    async authorizationServers(visibility, page) {
      const cursor = decodeCursor(page.cursor, list, 'text');
      const rows = await serversWhere(db, visibility, { after: cursor?.id ?? null, limit: page.limit + 1 });
      return toPage(
        rows,
        page,
        list,
        (row) => ({ value: null, id: row.serverId }),
        (row) => row,
      );
    },

    async authorizationServer(serverId, visibility) {
      const [found] = await serversWhere(db, visibility, { serverId });
      return found ?? null;
    },

    async learnedBehaviour(serverId) {
      const proofs = await db
        .selectFrom('probe_lessons as k')
        .innerJoin('authorization_servers as s', 's.token_endpoint', 'k.token_endpoint')
        // A method tells when one of its forms does, of whatever kind of client.
        .select(({ fn }) => [
          'k.auth_method',
          fn.agg<boolean>('bool_or', ['k.control_differs']).as('control_differs'),
          fn.max('k.learned_at').as('learned_at'),
        ])
        .where('s.server_id', '=', serverId)
        .groupBy('k.auth_method')
        .orderBy('k.auth_method')
        .execute();
      const { rows } = await sql<{ what: string; at: Date }>`
        select a.reason as what, max(a.at) as at from audit a
        join registrations r on r.registration_id = a.subject_id
        where a.subject_kind = 'registration' and r.authorization_server_id = ${serverId}
          and a.reason in ('Rotated', 'RotationTooEarly', 'RotationNotSupported')
        group by 1`.execute(db);
      const last = (reason: string) => rows.find(({ what }) => what === reason)?.at.toISOString() ?? null;
      return {
        proofs: proofs.map((row) => ({
          authMethod: row.auth_method,
          controlDiffers: row.control_differs,
          learnedAt: row.learned_at.toISOString(),
        })),
        secretReplacedAt: last('Rotated'),
        secretKeptAt: last('RotationTooEarly'),
        updateNotSupportedAt: last('RotationNotSupported'),
      };
    },
  };
}
