import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { bringsOwnKeys, chooseSigningAlgorithm, clientKeyAlgorithms, jwkSet } from '../../domain/client/keys.ts';
import { RegistrarFailure } from '../../domain/failure.ts';
import { clientKeysSecretName } from '../../domain/ids.ts';
import type { Endpoints } from '../../domain/ports/activities.ts';
import { SecretStoreError } from '../../domain/ports/secretStore.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import { generateClientKey, type PrivateJwk, publicKeyOf } from '../../protocols/oauth/clientKeys.ts';
import { versionIdOf } from '../../stores/secrets/versionId.ts';
import type { Dependencies } from '../dependencies.ts';
import { readSecret, tagsOf } from './secret.ts';

/** The private half of a key pair (RFC 7517). */
export const privateJwkSchema = z.looseObject({ kty: z.string(), kid: z.string(), alg: z.string(), d: z.string() });

/**
 * The key pairs that Registrar made for a client, in a secret of their own, which the application's role is denied:
 * what it signs with stands in `…/client`. `jwks_id` is the opaque end of the URL of the public halves; it is no secret.
 */
const clientKeysSchema = z.object({ jwks_id: z.string(), keys: z.array(privateJwkSchema).min(1) });
type ClientKeys = z.infer<typeof clientKeysSchema>;

/** Random, so that it tells nothing about whose keys they are. */
const jwksIdBytes = 32;

/**
 * The key pairs of a registration, made when there are none, stored before they are used and published before anybody
 * is told of them. Whatever was stored first counts, so that every repetition, after any death, has the same keys.
 *
 * @param intentId of the request that needs them.
 */
export async function ensureClientKeys(
  deps: Dependencies,
  config: RegistrationConfig,
  intentId: string,
): Promise<ClientKeys> {
  const keys = (await readClientKeys(deps, config)) ?? (await makeClientKeys(deps, config, intentId));
  await deps.records.publishClientKeys(config.registrationId, keys.jwks_id, keys.keys.map(publicKeyOf));
  return keys;
}

async function readClientKeys(deps: Dependencies, config: RegistrationConfig): Promise<ClientKeys | null> {
  const name = clientKeysSecretName(config);
  return (await readSecret(deps.secrets, name, { stage: 'current' }, clientKeysSchema))?.value ?? null;
}

async function makeClientKeys(deps: Dependencies, config: RegistrationConfig, intentId: string): Promise<ClientKeys> {
  const name = clientKeysSecretName(config);
  const made: ClientKeys = {
    jwks_id: randomBytes(jwksIdBytes).toString('base64url'),
    keys: (await Promise.all(clientKeyAlgorithms.map(generateClientKey))).map((key) => privateJwkSchema.parse(key)),
  };
  try {
    await deps.secrets.put(name, versionIdOf(intentId, 'keys'), made, tagsOf(config));
  } catch (error) {
    // Another attempt of this step was quicker: its keys count.
    if (!(error instanceof SecretStoreError) || error.code !== 'conflict') throw error;
  }
  const stored = await readClientKeys(deps, config);
  if (stored !== null) return stored;
  const message = `The secret ${name} could not be read back.`;
  throw new RegistrarFailure({ reason: 'SecretStoreUnavailable', retryClass: 'transient', message });
}

/**
 * Client metadata as they are sent: with the public keys that Registrar made, where the client authenticates by key
 * and the metadata bring none. By URL where an authorization server can reach it, else by value (RFC 7591 section 2).
 */
export async function withClientKeys(
  deps: Dependencies,
  config: RegistrationConfig,
  metadata: Readonly<Record<string, unknown>>,
  intentId: string,
): Promise<Record<string, unknown>> {
  if (metadata['token_endpoint_auth_method'] !== 'private_key_jwt' || bringsOwnKeys(metadata)) return { ...metadata };
  const keys = await ensureClientKeys(deps, config, intentId);
  const { jwksBaseUrl = null } = deps;
  return jwksBaseUrl === null
    ? { ...metadata, jwks: jwkSet(keys.keys.map(publicKeyOf)) }
    : { ...metadata, jwks_uri: `${jwksBaseUrl}/jwks/${keys.jwks_id}` };
}

/**
 * The key that the application signs with at this server; null where the client does not authenticate by key, or
 * somebody else holds it.
 */
export async function signingJwkFor(
  deps: Dependencies,
  config: RegistrationConfig,
  endpoints: Pick<Endpoints, 'tokenEndpointAuthSigningAlgs'>,
  authMethod: string,
): Promise<PrivateJwk | null> {
  if (authMethod !== 'private_key_jwt' || bringsOwnKeys(config.metadata)) return null;
  const keys = (await readClientKeys(deps, config))?.keys ?? [];
  const algorithm = chooseSigningAlgorithm(endpoints.tokenEndpointAuthSigningAlgs);
  return keys.find(({ alg }) => alg === algorithm) ?? null;
}
