import { z } from 'zod';
import { RegistrarFailure } from '../../domain/failure.ts';
import type { Endpoints } from '../../domain/ports/activities.ts';
import type { SecretStore, SecretValue } from '../../domain/ports/secretStore.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import type { PrivateJwk } from '../../protocols/oauth/clientKeys.ts';

/**
 * The two JSON documents in the secret store (DESIGN section 7). `…/client` is what the application reads; members it
 * does not know it ignores. `audience` is ours: the only origins that the secrets beside it may be sent to.
 */
export const clientSecretSchema = z.looseObject({
  client_id: z.string(),
  client_secret: z.string().optional(),
  /** Of `private_key_jwk`, which signs the assertions of `private_key_jwt`; its `alg` says how. */
  kid: z.string().optional(),
  private_key_jwk: z.looseObject({ kty: z.string(), kid: z.string(), alg: z.string() }).optional(),
  token_endpoint_auth_method: z.string(),
  redirect_uris: z.array(z.string()),
  audience: z.array(z.string()),
});
export type ClientSecret = z.infer<typeof clientSecretSchema>;

/** The management of one client. */
const managedClientSchema = z.looseObject({
  registration_access_token: z.string().optional(),
  /** When it was received, or last taken, in milliseconds since the epoch: the newest wins. */
  token_received_at: z.number().optional(),
  registration_client_uri: z.string().optional(),
  /** Whose registration access token it is; where it is not said, that of `client`. */
  client_id: z.string().optional(),
  audience: z.array(z.string()),
});
export type ManagedClient = z.infer<typeof managedClientSchema>;

/** The current client's members stand at the top; those of others below `clients`, by their id. */
export const managementSecretSchema = managedClientSchema.extend({
  clients: z.record(z.string(), managedClientSchema).optional(),
  /** Operation or intent that `client` was stored for. */
  client_stored_for: z.string().optional(),
  /** A first credential that waits for its proof: `…/client` does not exist before. */
  client: clientSecretSchema.optional(),
});
export type ManagementSecret = z.infer<typeof managementSecretSchema>;

/** What a client secret document is made of. */
export interface ClientSecretParts {
  readonly clientId: string;
  readonly clientSecret: string | null;
  /** Null or absent: the client authenticates otherwise, or somebody else holds its key. */
  readonly signingJwk?: PrivateJwk | null;
  readonly authMethod: string;
  /** Milliseconds since the epoch, UTC. */
  readonly expiresAt: number | null;
  readonly redirectUris: readonly string[];
  readonly scope: string;
  readonly audience: readonly string[];
}

/** The document that the application reads. `expires_at` is in seconds since the epoch. */
export function clientSecretOf(
  parts: ClientSecretParts,
  config: RegistrationConfig,
  endpoints: Endpoints,
): ClientSecret {
  return {
    client_id: parts.clientId,
    ...(parts.clientSecret === null ? {} : { client_secret: parts.clientSecret }),
    ...(parts.signingJwk == null ? {} : { kid: parts.signingJwk.kid, private_key_jwk: parts.signingJwk }),
    token_endpoint_auth_method: parts.authMethod,
    token_endpoint: endpoints.tokenEndpoint,
    authorization_endpoint: endpoints.authorizationEndpoint,
    ...(endpoints.issuer === null ? {} : { issuer: endpoints.issuer }),
    // The authorization server's own keys, which verify its ID tokens; the client's are at Registrar's `/jwks/{opaque}`.
    ...(endpoints.jwksUri === null ? {} : { jwks_uri: endpoints.jwksUri }),
    fhir_base_url: config.fhirBaseUrl,
    redirect_uris: [...parts.redirectUris],
    scope: parts.scope,
    ...(parts.expiresAt === null ? {} : { expires_at: Math.floor(parts.expiresAt / 1000) }),
    audience: [...parts.audience],
  };
}

/** Reads a document; a stored one that does not fit its schema was written by somebody else. */
export async function readSecret<Value>(
  store: SecretStore,
  name: string,
  which: Parameters<SecretStore['get']>[1],
  schema: z.ZodType<Value>,
): Promise<{ versionId: string; value: Value } | null> {
  const version = await store.get(name, which);
  if (version === null) return null;
  const parsed = schema.safeParse(version.value);
  if (parsed.success) return { versionId: version.versionId, value: parsed.data };
  throw new RegistrarFailure({
    reason: 'SecretStoreRefused',
    retryClass: 'input',
    message: `The secret ${name} does not have the form that Registrar writes.`,
  });
}

/**
 * Writes a version and makes it current, over whatever is current now. Repeatable with the same version id. The value
 * is read back, as the caller deletes its own copy next.
 */
export async function putCurrent(
  store: SecretStore,
  name: string,
  versionId: string,
  value: SecretValue,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  await store.put(name, versionId, value, tags);
  const current = await store.get(name, { stage: 'current' });
  if (current?.versionId === versionId) return;
  await store.promote(name, versionId, current?.versionId ?? null);
  const stored = await store.get(name, { versionId });
  if (stored !== null) return;
  throw new RegistrarFailure({
    reason: 'SecretStoreUnavailable',
    retryClass: 'transient',
    message: `The secret ${name} could not be read back.`,
  });
}

/** Tags of a secret: who it belongs to, never what it holds. */
export function tagsOf(config: RegistrationConfig): Record<string, string> {
  return { 'managed-by': 'registrar', tenant: config.tenantId, application: config.applicationId };
}
