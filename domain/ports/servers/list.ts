import type { AuthorizationServerRecord, LearnedBehaviour } from '../../servers/authorizationServer.ts';
import type { Page, PageRequest } from '../page.ts';
import type { Visibility } from '../visibility.ts';

/** Authorization servers as callers see them. */
export interface AuthorizationServerList {
  authorizationServers(visibility: Visibility, page: PageRequest): Promise<Page<AuthorizationServerRecord>>;
  authorizationServer(serverId: string, visibility: Visibility): Promise<AuthorizationServerRecord | null>;
  learnedBehaviour(serverId: string): Promise<LearnedBehaviour>;
}
