import type { DiscoveryView } from '../../domain/registration/view.ts';
import type { ServerAccess, StoredServerCredential } from '../../domain/servers/authorizationServer.ts';
import { type AudienceSecret, audienceSecret } from '../../protocols/http/audience.ts';
import { originOf } from '../../protocols/http/publicUrl.ts';
import { createKeycloakAdministrator, type KeycloakRealm, keycloakRealmOf } from '../../protocols/keycloak/admin.ts';
import { requestServiceToken } from '../../protocols/oauth/serviceToken.ts';
import type { Dependencies } from '../dependencies.ts';

/** The endpoints of an approved snapshot that tell which authorization server it is, and where it registers. */
export type ServerEndpoints = Pick<DiscoveryView, 'tokenEndpoint' | 'issuer' | 'registrationEndpoint'>;

/** What is stored for the authorization server of a snapshot; null when nothing is. */
export async function serverAccessOf(deps: Dependencies, endpoints: ServerEndpoints): Promise<ServerAccess | null> {
  const { tokenEndpoint, issuer } = endpoints;
  return tokenEndpoint === null ? null : await deps.records.serverAccess({ tokenEndpoint, issuer });
}

/** The service account, where its bearer may be sent to the registration endpoint. */
export function serviceFor(access: ServerAccess | null, endpoints: ServerEndpoints): StoredServerCredential | null {
  const credential = access?.credentials.find(({ kind }) => kind === 'service');
  if (credential === undefined || endpoints.registrationEndpoint === null) return null;
  return credential.origins.includes(originOf(endpoints.registrationEndpoint)) ? credential : null;
}

/** An administrator of a realm, ready to be asked. */
export interface Administrator {
  readonly serverId: string;
  readonly realm: KeycloakRealm;
  readonly credential: StoredServerCredential;
}

/** The administrator of a server, whoever asks. */
export function administratorOf(access: ServerAccess | null): Administrator | null {
  const credential = access?.credentials.find(({ kind }) => kind === 'administrator');
  const realm = credential === undefined ? null : keycloakRealmOf(credential.tokenEndpoint);
  if (access === null || credential === undefined || realm === null) return null;
  return { serverId: access.serverId, realm, credential };
}

/** The administrator, where it is of the realm that issues the tokens of this snapshot. */
export function administratorFor(access: ServerAccess | null, endpoints: ServerEndpoints): Administrator | null {
  const administrator = administratorOf(access);
  if (administrator === null || endpoints.tokenEndpoint === null) return null;
  return keycloakRealmOf(endpoints.tokenEndpoint)?.issuer === administrator.realm.issuer ? administrator : null;
}

/** The administrator, where it may issue initial access tokens for this registration endpoint. */
export function issuerFor(access: ServerAccess | null, endpoints: ServerEndpoints): Administrator | null {
  const administrator = administratorFor(access, endpoints);
  if (administrator === null || access?.policies.issueInitialAccessTokens !== true) return null;
  const { registrationEndpoint } = endpoints;
  const same =
    registrationEndpoint !== null && keycloakRealmOf(registrationEndpoint)?.issuer === administrator.realm.issuer;
  return same ? administrator : null;
}

/** What discovery tells the entity of the credentials that are held for a server. */
export function serverCredentialOf(
  access: ServerAccess | null,
  endpoints: ServerEndpoints,
): DiscoveryView['serverCredential'] {
  if (access === null || access.credentials.length === 0) return undefined;
  if (serviceFor(access, endpoints) !== null) return 'service';
  return issuerFor(access, endpoints) === null ? 'unusable' : 'administrator';
}

/** Under which a bearer is remembered. */
export function bearerKey({ kind, versionId }: StoredServerCredential): string {
  return `${kind}/${versionId}`;
}

/** A bearer of the service account. Rejects with RegistrarFailure. */
export async function serviceBearer(deps: Dependencies, credential: StoredServerCredential): Promise<AudienceSecret> {
  const { tokenEndpoint, clientId, authMethod, scope } = credential;
  const { token } = await deps.bearers.get(bearerKey(credential), deps.clock.now(), () =>
    requestServiceToken(deps, { tokenEndpoint, clientId, authMethod, scope, secret: secretOf(credential) }),
  );
  return token;
}

/** A bearer of the administrator, and the functions to use it with. Rejects with RegistrarFailure. */
export async function administratorBearer(deps: Dependencies, { realm, credential }: Administrator) {
  const keycloak = createKeycloakAdministrator(deps);
  const { tokenEndpoint, clientId, authMethod, scope } = credential;
  const bearer = await deps.bearers.get(bearerKey(credential), deps.clock.now(), () =>
    requestServiceToken(deps, { tokenEndpoint, clientId, authMethod, scope, secret: secretOf(credential) }),
  );
  return { keycloak, realm, bearer };
}

/** Sealed with the origins that were stored, and sealed, beside it. */
function secretOf({ clientSecret, origins }: StoredServerCredential): AudienceSecret {
  return audienceSecret(clientSecret, origins);
}
