import { createHash } from 'node:crypto';
import type { ServerNames } from '../../../domain/servers/authorizationServer.ts';

/**
 * Id of an authorization server: the same wherever it is met. Token endpoint origin and issuer identify it (DESIGN
 * section 4); one that names no issuer is its token endpoint, as one origin may hold many.
 */
export function serverIdOf({ tokenEndpoint, issuer }: ServerNames): string {
  const origin = URL.parse(tokenEndpoint)?.origin ?? tokenEndpoint;
  const parts = issuer === null ? ['token-endpoint', tokenEndpoint] : ['issuer', origin, issuer];
  return `as-${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 20)}`;
}
