import type { AuthMethod } from '../words.ts';

/**
 * Authorization servers (DESIGN section 4): identified by approved token endpoint origin and issuer, never by a claim
 * alone. Times are milliseconds since the epoch (UTC) unless said otherwise.
 */

export const serverCredentialKinds = ['service', 'administrator'] as const;
/**
 * Who Registrar may be there: `service` presents its own bearer at the registration endpoint; `administrator` issues
 * initial access tokens and registration access tokens (Keycloak).
 */
export type ServerCredentialKind = (typeof serverCredentialKinds)[number];

/** How a service account or administrator authenticates at the token endpoint. */
export const serverAuthMethods = ['client_secret_basic', 'client_secret_post'] as const satisfies readonly AuthMethod[];
export type ServerAuthMethod = (typeof serverAuthMethods)[number];

/** A service account or administrator. `clientSecret` is a secret. */
export interface ServerCredential {
  readonly kind: ServerCredentialKind;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where its bearer is asked for. */
  readonly tokenEndpoint: string;
  readonly authMethod: ServerAuthMethod;
  /** Asked for with the bearer; null = none. */
  readonly scope: string | null;
  /** The only origins that the secret, and the bearer made with it, may be sent to. */
  readonly origins: readonly string[];
}

/** A stored credential; `versionId` changes with every put. */
export type StoredServerCredential = ServerCredential & { readonly versionId: string };

/** What may be said of a stored credential. */
export interface ServerCredentialView {
  readonly kind: ServerCredentialKind;
  readonly clientId: string;
  /** RFC 3339 UTC. */
  readonly putAt: string;
}

/** What an administrator of Registrar allows at one authorization server. */
export interface ServerPolicies {
  /** Whether its administrator issues an initial access token for each registration. */
  readonly issueInitialAccessTokens: boolean;
  /** Whether its administrator re-issues a registration access token that is missing or refused: the former one dies. */
  readonly reissueManagementTokens: boolean;
}

export const defaultServerPolicies: ServerPolicies = { issueInitialAccessTokens: true, reissueManagementTokens: true };

/** The two names of an authorization server. */
export interface ServerNames {
  /** Of the approved discovery snapshot. */
  readonly tokenEndpoint: string;
  readonly issuer: string | null;
}

/** What Registrar works with at one authorization server. */
export interface ServerAccess {
  readonly serverId: string;
  readonly policies: ServerPolicies;
  readonly credentials: readonly StoredServerCredential[];
}

/** An authorization server as lists answer it. */
export interface AuthorizationServerRecord {
  readonly serverId: string;
  readonly issuer: string | null;
  readonly tokenEndpoint: string;
  readonly name: string | null;
  readonly notes: string | null;
  readonly policies: ServerPolicies;
  readonly credentials: readonly ServerCredentialView[];
  /** Registrations there that the caller may see. */
  readonly registrations: number;
  /** RFC 3339 UTC. */
  readonly firstSeenAt: string;
  readonly changedAt: string;
}

/** What was learned from a server's behaviour; times are RFC 3339 UTC, null = not seen yet. */
export interface LearnedBehaviour {
  /** Whether a wrong secret is answered otherwise than a good one, by authentication method. */
  readonly proofs: readonly {
    readonly authMethod: string;
    readonly controlDiffers: boolean;
    readonly learnedAt: string;
  }[];
  /** When an update (RFC 7592) last brought a new secret, last brought the same, and was last not supported. */
  readonly secretReplacedAt: string | null;
  readonly secretKeptAt: string | null;
  readonly updateNotSupportedAt: string | null;
}

export interface ServerPatch {
  readonly name?: string | null | undefined;
  readonly notes?: string | null | undefined;
  readonly policies?: { readonly [Name in keyof ServerPolicies]?: boolean | undefined } | undefined;
}

/** Whether a URL is the token endpoint of a Keycloak realm: only there an administrator is known to be of use. */
export function isKeycloakTokenEndpoint(url: string): boolean {
  return /^https?:\/\/[^/?#]+(?:\/[^/?#]+)*\/realms\/[^/?#]+\/protocol\/openid-connect\/token$/.test(url);
}
