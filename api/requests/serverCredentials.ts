import { isKeycloakTokenEndpoint, type ServerCredential } from '../../domain/servers/authorizationServer.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { type Fault, fault, refuseFaults } from '../problems/faults.ts';
import type { ServerCredentialBody } from '../schemas/servers/authorizationServer.ts';
import { malformedUrls, type PeerUrl, refusedUrls } from './peerUrls.ts';

/**
 * Judges a credential for an authorization server, without effect: what its schema cannot say. Rejects with a problem
 * that lists every fault.
 *
 * @param knownTokenEndpoint of the authorization server; used where the body names none.
 */
export async function judgeServerCredential(
  { checkUrl }: Pick<ApiDependencies, 'checkUrl'>,
  body: ServerCredentialBody,
  knownTokenEndpoint: string,
): Promise<ServerCredential> {
  const tokenEndpoint = body.tokenEndpoint ?? knownTokenEndpoint;
  const urls: PeerUrl[] = [
    { pointer: '/tokenEndpoint', url: tokenEndpoint, kind: 'endpoint' },
    ...(body.origins ?? []).map((url, index) => ({ pointer: `/origins/${index}`, url, kind: 'base' as const })),
  ];
  refuseFaults(malformedUrls(urls));
  const origins = body.origins?.map(withoutSlash) ?? [new URL(tokenEndpoint).origin];
  refuseFaults(faultsOf(body, tokenEndpoint, origins));
  refuseFaults(await refusedUrls(checkUrl, urls));
  const { kind, clientId, clientSecret, scope } = body;
  const authMethod = body.tokenEndpointAuthMethod;
  return { kind, clientId, clientSecret, tokenEndpoint, authMethod, scope: scope ?? null, origins };
}

function faultsOf(body: ServerCredentialBody, tokenEndpoint: string, origins: readonly string[]): Fault[] {
  const faults = origins.flatMap((origin, index) =>
    origin === new URL(origin).origin
      ? []
      : [fault('validation-failed', `/origins/${index}`, 'must be an origin: scheme, host and port, without a path')],
  );
  if (!origins.includes(new URL(tokenEndpoint).origin)) {
    const message = 'must name the origin of the token endpoint too, as the credential is sent there';
    faults.push(fault('validation-failed', '/origins', message));
  }
  if (body.kind === 'administrator' && !isKeycloakTokenEndpoint(tokenEndpoint)) {
    const message =
      'an administrator is of use at Keycloak only: must end in /realms/{realm}/protocol/openid-connect/token';
    faults.push(fault('validation-failed', '/tokenEndpoint', message));
  }
  return faults;
}

function withoutSlash(url: string): string {
  return url.replace(/\/$/, '');
}
