import type { ServerAccesses } from '../../../domain/ports/servers/access.ts';
import {
  defaultServerPolicies,
  type ServerAccess,
  type ServerCredential,
  type ServerCredentialKind,
  type ServerPolicies,
} from '../../../domain/servers/authorizationServer.ts';
import type { RecordsContext } from '../context.ts';
import { openJson, type SealedPlace } from '../sealed.ts';
import { serverIdOf } from './serverId.ts';

/** The credential is sealed whole, with the origins that it may be sent to: none of it can be changed by itself. */
export function credentialPlace(serverId: string, kind: string, versionId: string): SealedPlace {
  return ['authorization_server_credentials.credential', serverId, kind, versionId];
}

/** The policies of a row, whatever version wrote it. */
export function policiesOf(value: unknown): ServerPolicies {
  return { ...defaultServerPolicies, ...(value as Partial<ServerPolicies>) };
}

/** What activities may present to an authorization server. */
export function createServerAccess({ db, sealer }: RecordsContext): ServerAccesses {
  async function serverAccessById(serverId: string): Promise<ServerAccess | null> {
    const row = await db
      .selectFrom('authorization_servers')
      .select('policies')
      .where('server_id', '=', serverId)
      .executeTakeFirst();
    if (row === undefined) return null;
    const credentials = await db
      .selectFrom('authorization_server_credentials')
      .selectAll()
      .where('server_id', '=', serverId)
      .execute();
    return {
      serverId,
      policies: policiesOf(row.policies),
      credentials: credentials.map(({ kind, version_id: versionId, sealed_credential: sealed }) => ({
        ...openJson<ServerCredential>(sealer, credentialPlace(serverId, kind, versionId), sealed),
        kind: kind as ServerCredentialKind,
        versionId,
      })),
    };
  }
  return { serverAccessById, serverAccess: (names) => serverAccessById(serverIdOf(names)) };
}
