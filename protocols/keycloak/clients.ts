import type { AudienceSecret } from '../http/audience.ts';
import type { GuardedRequest } from '../http/client.ts';
import { bodyLimits } from '../http/limits.ts';
import { basicPair } from './admin.ts';
import { clientUrl, type KeycloakProvider, type KeycloakRealm, registrationUrl } from './realm.ts';

/** What can be done with a client through a registration provider. */
export type ClientOperation = 'create' | 'get' | 'update' | 'delete';

/** How far each provider goes; Keycloak answers 405 to everything else. */
export const providerOperations: Readonly<Record<KeycloakProvider, readonly ClientOperation[]>> = {
  default: ['create', 'get', 'update', 'delete'],
  'openid-connect': ['create', 'get', 'update', 'delete'],
  install: ['get'],
  'saml2-entity-descriptor': ['create'],
};

/**
 * How a request says who asks. `bearer`: an initial access token, a registration access token, or the bearer of a user
 * or service account of the realm. `client`: the client itself (provider `install`).
 */
export type ClientAuthentication =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'bearer'; readonly token: AudienceSecret }
  | { readonly kind: 'client'; readonly clientId: string; readonly secret: AudienceSecret };

/** A client to be written: JSON of the provider's form, or a SAML entity descriptor as it was given. */
export type ClientBody =
  | { readonly kind: 'json'; readonly client: Readonly<Record<string, unknown>> }
  | { readonly kind: 'xml'; readonly descriptor: string };

interface Asking {
  readonly realm: KeycloakRealm;
  readonly provider: KeycloakProvider;
  readonly authentication: ClientAuthentication;
}

/** Registers a client. Not repeatable. */
export function createClientRequest(asking: Asking & { readonly body: ClientBody }): GuardedRequest {
  return { ...authenticated('POST', registrationUrl(asking.realm, asking.provider), asking), ...content(asking) };
}

/** Reads a client, or with provider `install` the configuration that its adapter needs. Repeatable. */
export function readClientRequest(asking: Asking & { readonly clientId: string }): GuardedRequest {
  return authenticated('GET', clientUrl(asking.realm, asking.provider, asking.clientId), asking);
}

/** Changes a client. With a registration access token not repeatable: the answer brings the next one. */
export function updateClientRequest(
  asking: Asking & { readonly clientId: string; readonly body: ClientBody },
): GuardedRequest {
  const url = clientUrl(asking.realm, asking.provider, asking.clientId);
  return { ...authenticated('PUT', url, asking), ...content(asking) };
}

/** Deletes a client. Repeatable. */
export function deleteClientRequest(asking: Asking & { readonly clientId: string }): GuardedRequest {
  return authenticated('DELETE', clientUrl(asking.realm, asking.provider, asking.clientId), asking);
}

/** Members that Keycloak alone sets: they come with what was read and must not be sent back. */
const serverMembers = new Set([
  'registrationAccessToken',
  'registration_access_token',
  'registration_client_uri',
  'client_id_issued_at',
  'client_secret_expires_at',
]);

/** What may be sent back of a client that was read; its secret is left out, which keeps it. */
export function withoutServerMembers(client: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const left = Object.entries(client).filter(([name]) => !serverMembers.has(name));
  return Object.fromEntries(left.filter(([name]) => name !== 'secret' && name !== 'client_secret'));
}

function content({ body, realm }: Asking & { readonly body: ClientBody }): Partial<GuardedRequest> {
  const isXml = body.kind === 'xml';
  return {
    headers: { accept: 'application/json', 'content-type': isXml ? 'application/xml' : 'application/json' },
    body: isXml ? body.descriptor : JSON.stringify(body.client),
    // A client may be given with its secret.
    audience: [realm.origin],
  };
}

function authenticated(method: GuardedRequest['method'], url: string, { authentication }: Asking): GuardedRequest {
  const request = {
    method,
    url,
    headers: { accept: 'application/json' },
    maxBytes: bodyLimits.registrationAnswer,
    followRedirects: false,
  } as const;
  switch (authentication.kind) {
    case 'anonymous':
      return request;
    case 'bearer':
      return { ...request, credential: { secret: authentication.token, scheme: 'bearer' } };
    case 'client': {
      const secret = basicPair(authentication.clientId, authentication.secret);
      return { ...request, credential: { secret, scheme: 'basic' } };
    }
  }
}
