import type {
  AuthorizationServerRecord,
  ServerCredential,
  ServerCredentialKind,
  ServerCredentialView,
  ServerPatch,
} from '../../servers/authorizationServer.ts';

/** What administrators change about authorization servers; `actor` is audited. */
export interface AuthorizationServerChanges {
  /** Null when there is no such server. */
  patchAuthorizationServer(
    serverId: string,
    patch: ServerPatch,
    actor: string,
  ): Promise<AuthorizationServerRecord | null>;
  /** Seals it, and asks every registration there that waits for a token to go on. Null when there is no such server. */
  putServerCredential(
    serverId: string,
    credential: ServerCredential,
    actor: string,
  ): Promise<ServerCredentialView | null>;
  /** False when there was none. */
  removeServerCredential(serverId: string, kind: ServerCredentialKind, actor: string): Promise<boolean>;
}
