import { RegistrarFailure } from '../../domain/failure.ts';
import type { KeycloakAuthentication, KeycloakClientRequest } from '../../domain/servers/keycloakClients.ts';
import { type AudienceSecret, audienceSecret } from '../../protocols/http/audience.ts';
import { type Bearer, createKeycloakAdministrator } from '../../protocols/keycloak/admin.ts';
import type { Authorization } from '../../protocols/keycloak/clientAnswers.ts';
import type { ClientAuthentication } from '../../protocols/keycloak/clients.ts';
import type { KeycloakRealm } from '../../protocols/keycloak/realm.ts';
import type { Dependencies } from '../dependencies.ts';
import { storedClientSecret, storedToken } from './storedSecrets.ts';

/** Who asks, ready to be sent. */
export interface Asker {
  readonly authentication: ClientAuthentication;
  readonly authorization: Authorization;
  /** Of an account of the realm; null for the other kinds. */
  readonly bearer: Bearer | null;
  /** A registration access token that was handed in; null: none, or a stored one is used. */
  readonly givenToken: string | null;
  /** What no answer may repeat to people. */
  readonly secretsInPlay: readonly string[];
}

/** Resolves who asks: reads stored secrets, and gets the bearer of an account. Secrets are sealed to the realm. */
export async function askerOf(
  deps: Dependencies,
  realm: KeycloakRealm,
  request: KeycloakClientRequest,
): Promise<Asker> {
  const { authentication: given } = request;
  const seal = (text: string) => audienceSecret(text, [realm.origin]);
  switch (given.kind) {
    case 'anonymous':
      return asker({ kind: 'anonymous' }, 'anonymous', []);
    case 'initial-access-token':
      return asker({ kind: 'bearer', token: seal(given.token) }, given.kind, [given.token]);
    case 'registration-access-token': {
      const token = given.token === null ? await tokenInStore(deps, realm, request) : seal(given.token);
      return { ...asker({ kind: 'bearer', token }, given.kind, [token.value]), givenToken: given.token };
    }
    case 'client': {
      const clientId = request.clientId ?? '';
      const secret = await secretOf(deps, realm, clientId, given.clientSecret);
      return asker({ kind: 'client', clientId, secret }, 'client', [secret.value]);
    }
    default: {
      const { bearer, secrets } = await bearerOf(deps, realm, given);
      const sent: ClientAuthentication = { kind: 'bearer', token: bearer.token };
      return { ...asker(sent, 'account', [bearer.token.value, ...secrets]), bearer };
    }
  }
}

function asker(
  authentication: ClientAuthentication,
  authorization: Authorization,
  secretsInPlay: readonly string[],
): Asker {
  return { authentication, authorization, bearer: null, givenToken: null, secretsInPlay };
}

async function bearerOf(
  deps: Dependencies,
  realm: KeycloakRealm,
  given: Extract<KeycloakAuthentication, { kind: 'bearer' | 'service-account' | 'user' }>,
): Promise<{ bearer: Bearer; secrets: string[] }> {
  const administrator = createKeycloakAdministrator(deps);
  switch (given.kind) {
    case 'bearer': {
      const token = audienceSecret(given.token, [realm.origin]);
      return { bearer: { token, expiresAt: Number.POSITIVE_INFINITY }, secrets: [] };
    }
    case 'service-account': {
      const secret = await secretOf(deps, realm, given.clientId, given.clientSecret);
      const bearer = await administrator.bearer(realm, { kind: 'service-account', clientId: given.clientId, secret });
      return { bearer, secrets: [secret.value] };
    }
    case 'user': {
      const { clientId, username } = given;
      const password = audienceSecret(given.password, [realm.origin]);
      const bearer = await administrator.bearer(realm, { kind: 'user', clientId, username, password });
      return { bearer, secrets: [given.password] };
    }
  }
}

async function secretOf(
  deps: Dependencies,
  realm: KeycloakRealm,
  clientId: string,
  given: string | null,
): Promise<AudienceSecret> {
  if (given !== null) return audienceSecret(given, [realm.origin]);
  return (await storedClientSecret(deps, realm, clientId)) ?? missing(`No secret of client ${clientId} is stored.`);
}

async function tokenInStore(
  deps: Dependencies,
  realm: KeycloakRealm,
  { clientId }: KeycloakClientRequest,
): Promise<AudienceSecret> {
  const token = clientId === null ? null : await storedToken(deps, realm, clientId);
  return token ?? missing('No registration access token of this client is stored; give one, or ask for a new one.');
}

function missing(message: string): never {
  throw new RegistrarFailure({ reason: 'OperationNotPossible', retryClass: 'input', message });
}
