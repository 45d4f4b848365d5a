import { RegistrarFailure } from '../../domain/failure.ts';
import type { ManagementToken, StoredAnswer } from '../../domain/operations/intent.ts';
import { explain } from '../../domain/reasons/index.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { type AudienceSecret, audienceSecret } from '../http/audience.ts';
import type { GuardedClient, GuardedRequest } from '../http/client.ts';
import { HttpGuardError } from '../http/httpGuardError.ts';
import { bodyLimits } from '../http/limits.ts';
import {
  type AdminClient,
  type AdminRefusal,
  isPathId,
  type ListedInitialAccessToken,
  parseBearerResponse,
  parseClientLookupResponse,
  parseIssuedTokenResponse,
  parseReissueResponse,
  parseRevocationResponse,
  parseTokenListResponse,
} from './adminAnswers.ts';
import { clientUrl, type KeycloakRealm } from './realm.ts';

export type { AdminClient, ListedInitialAccessToken } from './adminAnswers.ts';
export { type KeycloakRealm, keycloakRealmOf } from './realm.ts';

/**
 * Who asks. The account must be of the realm that it administers: a bearer of the master realm is refused at the
 * registration endpoints ("Failed decode token"). `secret` and `password` are sealed to `realm.origin`.
 */
export type KeycloakAccount =
  | { readonly kind: 'service-account'; readonly clientId: string; readonly secret: AudienceSecret }
  | { readonly kind: 'user'; readonly username: string; readonly password: AudienceSecret; readonly clientId: string };

/** A bearer of an account. It is used at once and stored nowhere. */
export interface Bearer {
  /** Sealed to the realm's origin. */
  readonly token: AudienceSecret;
  /** Milliseconds since the epoch, UTC: after that it is refused. */
  readonly expiresAt: number;
}

export interface IssuedInitialAccessToken extends ListedInitialAccessToken {
  /** Sealed to the realm's origin. */
  readonly token: AudienceSecret;
}

/** Longest life of an initial access token that Registrar issues itself, in seconds. */
export const longestIssuedLife = 900;

/**
 * What an administrator of a Keycloak realm can do for registrations. Every function rejects with
 * {@link RegistrarFailure} only: `ServiceAccountRejected` (class `token`), `ServiceAccountForbidden` and
 * `ServiceAccountAnswerNotUsable` (`input`), `ClientUnknown` (`input`), `AudienceRefused`, `AddressNotAllowed`
 * (`input`), `PeerNotAnswering` (`transient`). All may be repeated; what a repetition leaves behind is said with each.
 */
export interface KeycloakAdministrator {
  /** A bearer by client credentials (RFC 6749 section 4.4), or of a user by password. Repeatable. */
  bearer(realm: KeycloakRealm, account: KeycloakAccount): Promise<Bearer>;
  /**
   * An initial access token for one registration (count 1). `lifetimeSeconds` is 600 unless given, cut to 1…900. A lost
   * answer leaves a token that nobody holds and that ends by itself; see {@link initialAccessTokens}.
   */
  issueInitialAccessToken(
    realm: KeycloakRealm,
    bearer: Bearer,
    lifetimeSeconds?: number,
  ): Promise<IssuedInitialAccessToken>;
  /** Every initial access token of the realm, used and expired ones included; without the tokens themselves. */
  initialAccessTokens(realm: KeycloakRealm, bearer: Bearer): Promise<readonly ListedInitialAccessToken[]>;
  /** Revokes one by its id. Success when it is gone already. */
  revokeInitialAccessToken(realm: KeycloakRealm, bearer: Bearer, id: string): Promise<void>;
  /** The client with this OAuth client id and whether it is enabled; null when the realm has none. */
  findClient(realm: KeycloakRealm, bearer: Bearer, clientId: string): Promise<AdminClient | null>;
  /**
   * A new registration access token of a client, whoever made it; `ClientUnknown` when the realm has none. The former
   * one is refused from that instant, so journal the answer before anything else. After a lost answer ask again. The
   * `clientUri` is that of provider `openid-connect` (RFC 7592).
   */
  reissueManagementToken(realm: KeycloakRealm, bearer: Bearer, clientId: string): Promise<ManagementToken>;
}

/** The administrator functions over the guarded client. */
export function createKeycloakAdministrator(deps: {
  readonly client: Pick<GuardedClient, 'request'>;
  readonly clock: Clock;
}): KeycloakAdministrator {
  const { client, clock } = deps;

  async function send(request: GuardedRequest): Promise<StoredAnswer> {
    try {
      const { status, headers, body } = await client.request({ ...request, followRedirects: false });
      return { status, headers, body, receivedAt: clock.now() };
    } catch (error) {
      throw error instanceof HttpGuardError ? guardFailure(error) : error;
    }
  }

  async function findClient(realm: KeycloakRealm, bearer: Bearer, clientId: string): Promise<AdminClient | null> {
    const answer = await send(findClientRequest(realm, bearer, clientId));
    return granted(parseClientLookupResponse(answer, clientId, [bearer.token.value])).client;
  }

  return {
    async bearer(realm, account) {
      const answer = await send(bearerRequest(realm, account));
      const secret = account.kind === 'user' ? account.password : account.secret;
      const { token, lifetimeSeconds } = granted(parseBearerResponse(answer, [secret.value]));
      return { token: audienceSecret(token, [realm.origin]), expiresAt: answer.receivedAt + lifetimeSeconds * 1000 };
    },

    async issueInitialAccessToken(realm, bearer, lifetimeSeconds = 600) {
      const answer = await send(issueTokenRequest(realm, bearer, lifetimeSeconds));
      const { token, listed } = granted(parseIssuedTokenResponse(answer, [bearer.token.value]));
      return { ...listed, token: audienceSecret(token, [realm.origin]) };
    },

    async initialAccessTokens(realm, bearer) {
      const answer = await send(adminRequest('GET', realm, bearer, '/clients-initial-access'));
      return granted(parseTokenListResponse(answer, [bearer.token.value])).tokens;
    },

    async revokeInitialAccessToken(realm, bearer, id) {
      if (!isPathId(id)) throw failure('ServiceAccountAnswerNotUsable', 'This is no id of an initial access token.');
      const answer = await send(adminRequest('DELETE', realm, bearer, `/clients-initial-access/${id}`));
      granted(parseRevocationResponse(answer, [bearer.token.value]));
    },

    findClient,

    async reissueManagementToken(realm, bearer, clientId) {
      const found = await findClient(realm, bearer, clientId);
      if (found === null) throw failure('ClientUnknown', explain('ClientUnknown'));
      const answer = await send(
        adminRequest('POST', realm, bearer, `/clients/${found.uuid}/registration-access-token`),
      );
      const { token } = granted(parseReissueResponse(answer, clientId, [bearer.token.value]));
      return {
        token,
        clientUri: clientUrl(realm, 'openid-connect', clientId),
        clientId,
        audience: [realm.origin],
        receivedAt: answer.receivedAt,
      };
    },
  };
}

/** Token request of an account (RFC 6749 sections 4.3 and 4.4). A service account authenticates by HTTP Basic. */
export function bearerRequest(realm: KeycloakRealm, account: KeycloakAccount): GuardedRequest {
  const form = { method: 'POST', url: realm.tokenEndpoint, maxBytes: bodyLimits.registrationAnswer } as const;
  const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
  if (account.kind === 'service-account') {
    return {
      ...form,
      headers,
      body: new URLSearchParams({ grant_type: 'client_credentials' }).toString(),
      credential: { secret: basicPair(account.clientId, account.secret), scheme: 'basic' },
    };
  }
  const { username, password, clientId } = account;
  const body = new URLSearchParams({ grant_type: 'password', client_id: clientId, username, password: password.value });
  return { ...form, headers, body: body.toString(), audience: password.audience };
}

/** `user-id:password` of RFC 6749 section 2.3.1, sealed as the secret was. */
export function basicPair(clientId: string, secret: AudienceSecret): AudienceSecret {
  return audienceSecret(`${formEncoded(clientId)}:${formEncoded(secret.value)}`, secret.audience);
}

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

function issueTokenRequest(realm: KeycloakRealm, bearer: Bearer, lifetimeSeconds: number): GuardedRequest {
  const expiration = Math.max(1, Math.min(Math.floor(lifetimeSeconds) || 1, longestIssuedLife));
  return adminRequest('POST', realm, bearer, '/clients-initial-access', { count: 1, expiration });
}

function findClientRequest(realm: KeycloakRealm, bearer: Bearer, clientId: string): GuardedRequest {
  return adminRequest('GET', realm, bearer, `/clients?clientId=${encodeURIComponent(clientId)}`);
}

function adminRequest(
  method: GuardedRequest['method'],
  realm: KeycloakRealm,
  bearer: Bearer,
  path: string,
  body?: unknown,
): GuardedRequest {
  return {
    method,
    url: `${realm.admin}${path}`,
    headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    credential: { secret: bearer.token, scheme: 'bearer' },
    maxBytes: bodyLimits.standard,
  };
}

function granted<Value extends { readonly kind: 'ok' }>(parsed: Value | AdminRefusal): Value {
  if (parsed.kind === 'ok') return parsed;
  const { reason, retryClass, status, message } = parsed as AdminRefusal;
  throw new RegistrarFailure({ reason, retryClass, status, message: `${explain(reason)} ${message}` });
}

function failure(reason: 'ClientUnknown' | 'ServiceAccountAnswerNotUsable', message: string): RegistrarFailure {
  return new RegistrarFailure({ reason, retryClass: 'input', message });
}

/** The guard's own refusals wait for a person; a peer that cannot be reached is tried again. */
export function guardFailure(error: HttpGuardError): RegistrarFailure {
  const { code, message } = error;
  if (code === 'audience-refused')
    return new RegistrarFailure({ reason: 'AudienceRefused', retryClass: 'input', message });
  if (code === 'address-not-allowed' || code === 'url-not-allowed')
    return new RegistrarFailure({ reason: 'AddressNotAllowed', retryClass: 'input', message });
  return new RegistrarFailure({ reason: 'PeerNotAnswering', retryClass: 'transient', message });
}
