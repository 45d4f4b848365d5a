import type { SecretStoreKind } from '../ports/secretStore.ts';
import type { Reason } from '../reasons/index.ts';

/**
 * Clients of a Keycloak realm that a person keeps by hand, beside the registrations: what `kcreg` and Keycloak's
 * client registration API do. The API asks, `activities/` carries out.
 */

/** What can be done with a client. `update-token`: a new registration access token. */
export const keycloakOperations = ['create', 'get', 'update', 'delete', 'update-token'] as const;
export type KeycloakOperation = (typeof keycloakOperations)[number];

/**
 * Who asks. Texts are secrets. A registration access token that is not given, and the secret of a service account or
 * client that is not given, are read from the secret store.
 */
export type KeycloakAuthentication =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'initial-access-token'; readonly token: string }
  | { readonly kind: 'registration-access-token'; readonly token: string | null }
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'service-account'; readonly clientId: string; readonly clientSecret: string | null }
  | { readonly kind: 'user'; readonly clientId: string; readonly username: string; readonly password: string }
  | { readonly kind: 'client'; readonly clientSecret: string | null };

export interface KeycloakClientRequest {
  readonly operation: KeycloakOperation;
  /** UUID; the same for every try of one request. */
  readonly operationId: string;
  /** Any URL of the realm; its origin is the only one that the secrets are sent to. */
  readonly realmUrl: string;
  readonly provider: 'default' | 'install' | 'openid-connect' | 'saml2-entity-descriptor';
  /** Null: the server chooses one, or the body names it. */
  readonly clientId: string | null;
  /** Representation in the provider's form, to create or update; may hold secrets. */
  readonly client: Readonly<Record<string, unknown>> | null;
  /** SAML entity descriptor, sent as it is. */
  readonly descriptor: string | null;
  /** Update: `client` is a merge patch (RFC 7396) on what the server shows. */
  readonly merge: boolean;
  readonly authentication: KeycloakAuthentication;
}

/** Where a secret is; never what it is. */
export interface SecretReference {
  readonly store: SecretStoreKind;
  readonly name: string;
  readonly versionId: string;
}

/** What came of it. Holds no secret. */
export interface KeycloakClientResult {
  readonly operation: KeycloakOperation;
  readonly provider: KeycloakClientRequest['provider'];
  readonly issuer: string;
  readonly clientId: string;
  /** Null: the answer does not say. */
  readonly enabled: boolean | null;
  /** The representation with `[withheld]` where secrets were; null where the server showed none. */
  readonly client: Readonly<Record<string, unknown>> | null;
  /** Secret and other withheld members, in the secret store; null: none was received. */
  readonly clientRef: SecretReference | null;
  /** Registration access token, in the secret store; null: none was received. */
  readonly managementRef: SecretReference | null;
  readonly findings: readonly { readonly reason: Reason; readonly message: string }[];
}

export interface KeycloakClients {
  /**
   * Carries one request out, and stores what it brings before judging it. Rejects with RegistrarFailure: the server's
   * refusal by its reason, or `RegistrationUnanswered` when it is not known what became of a request that cannot be
   * repeated; the client is then in the orphan ledger.
   */
  carryOut(request: KeycloakClientRequest): Promise<KeycloakClientResult>;
  /** Settles requests of processes that died: stores their answers, or lists their clients. Resolves to how many. */
  settleAbandoned(): Promise<number>;
}
