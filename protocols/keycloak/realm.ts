import { parsePublicUrl } from '../http/publicUrl.ts';

/** The four client registration providers of Keycloak. */
export const keycloakProviders = ['default', 'install', 'openid-connect', 'saml2-entity-descriptor'] as const;
export type KeycloakProvider = (typeof keycloakProviders)[number];

/** The addresses of a Keycloak realm. None ends in a slash. */
export interface KeycloakRealm {
  /** Decoded name. */
  readonly name: string;
  /** The only origin that secrets of this realm may be sent to. */
  readonly origin: string;
  /** `…/realms/{realm}`. */
  readonly issuer: string;
  readonly tokenEndpoint: string;
  /** `…/realms/{realm}/clients-registrations`. */
  readonly registrations: string;
  /** `…/admin/realms/{realm}`. */
  readonly admin: string;
}

/** What follows the realm in URLs that servers and people hand out. */
const knownRest = /^\/?$|^\/(?:clients-registrations|protocol|\.well-known)(?:\/|$)/;

/**
 * The realm that a URL belongs to: an issuer, a registration, token or client configuration endpoint, or an address of
 * the administrator API, below any context path (`/auth` of older servers). Null when it is none. By form alone: the
 * guard still judges where requests go, and nothing says that Keycloak answers there.
 */
export function keycloakRealmOf(url: string): KeycloakRealm | null {
  const verdict = parsePublicUrl(url, { has: () => true });
  if (!verdict.ok) return null;
  const { origin, pathname } = verdict.url;
  const match = /^((?:\/[^/]+)*?)\/realms\/([^/]+)(.*)$/s.exec(pathname);
  if (match === null) return null;
  const [, prefix = '', segment = '', rest = ''] = match;
  const isAdmin = prefix.endsWith('/admin');
  if (!isAdmin && !knownRest.test(rest)) return null;
  const name = decoded(segment);
  if (name === null) return null;
  const base = `${origin}${isAdmin ? prefix.slice(0, -'/admin'.length) : prefix}`;
  const issuer = `${base}/realms/${segment}`;
  return {
    name,
    origin,
    issuer,
    tokenEndpoint: `${issuer}/protocol/openid-connect/token`,
    registrations: `${issuer}/clients-registrations`,
    admin: `${base}/admin/realms/${segment}`,
  };
}

/** Where a provider registers clients (POST). */
export function registrationUrl(realm: KeycloakRealm, provider: KeycloakProvider): string {
  return `${realm.registrations}/${provider}`;
}

/** Whether a text can be asked for as client id: of SAML clients it is a URL. Paths cannot hold `.` and `..`. */
export function isClientId(text: string): boolean {
  return text.length <= 255 && /^[^\p{C}]+$/u.test(text) && text !== '.' && text !== '..' && text.trim() === text;
}

/** Where a provider shows and changes one client; the id is one of {@link isClientId}. */
export function clientUrl(realm: KeycloakRealm, provider: KeycloakProvider, clientId: string): string {
  return `${registrationUrl(realm, provider)}/${encodeURIComponent(clientId)}`;
}

/** The provider of a registration or client URL; null when it names none. */
export function providerOf(url: string): KeycloakProvider | null {
  const name = /\/clients-registrations\/([^/?#]+)/.exec(url)?.[1];
  return keycloakProviders.find((provider) => provider === name) ?? null;
}

function decoded(segment: string): string | null {
  try {
    const name = decodeURIComponent(segment);
    return name !== '' && name.length <= 255 && !/[/\p{C}]/u.test(name) ? name : null;
  } catch {
    return null;
  }
}
