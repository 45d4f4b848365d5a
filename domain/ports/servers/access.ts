import type { ServerAccess, ServerNames } from '../../servers/authorizationServer.ts';

/** What Registrar works with at authorization servers. */
export interface ServerAccesses {
  /** Null when no registration was discovered there yet. Without secrets where there is none. */
  serverAccess(names: ServerNames): Promise<ServerAccess | null>;
  serverAccessById(serverId: string): Promise<ServerAccess | null>;
}
