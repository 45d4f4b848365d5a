import { z } from 'zod';
import { RegistrarFailure } from '../../domain/failure.ts';
import type { ManagementToken } from '../../domain/operations/intent.ts';
import type { SecretValue } from '../../domain/ports/secretStore.ts';
import type { SecretReference } from '../../domain/servers/keycloakClients.ts';
import { type AudienceSecret, audienceSecret } from '../../protocols/http/audience.ts';
import type { KeycloakClient } from '../../protocols/keycloak/clientAnswers.ts';
import type { KeycloakRealm } from '../../protocols/keycloak/realm.ts';
import { toContent } from '../../stores/secrets/content.ts';
import { versionIdOf } from '../../stores/secrets/versionId.ts';
import { putCurrent, readSecret } from '../credentials/secret.ts';
import type { Dependencies } from '../dependencies.ts';
import { keycloakSecretName } from './names.ts';

type Stores = Pick<Dependencies, 'secrets'>;

const owned = { issuer: z.string(), client_id: z.string(), audience: z.array(z.string()) };
const clientSchema = z.looseObject({
  ...owned,
  client_secret: z.string().optional(),
  /** Seconds since the epoch. */
  expires_at: z.number().optional(),
  /** Other secret members of the client, by RFC 6901 pointer. */
  withheld: z.record(z.string(), z.string()).optional(),
});
const managementSchema = z.looseObject({ ...owned, registration_access_token: z.string() });

/** The stored registration access token of a client; null when there is none. */
export async function storedToken(
  { secrets }: Stores,
  realm: KeycloakRealm,
  clientId: string,
): Promise<AudienceSecret | null> {
  const name = keycloakSecretName(realm, clientId, 'management');
  const stored = (await readSecret(secrets, name, { stage: 'current' }, managementSchema))?.value;
  if (stored === undefined) return null;
  requireOwner(name, stored, realm, clientId);
  return audienceSecret(stored.registration_access_token, stored.audience);
}

/** The stored secret of a client; null when there is none. */
export async function storedClientSecret(
  { secrets }: Stores,
  realm: KeycloakRealm,
  clientId: string,
): Promise<AudienceSecret | null> {
  const name = keycloakSecretName(realm, clientId, 'client');
  const stored = (await readSecret(secrets, name, { stage: 'current' }, clientSchema))?.value;
  if (stored?.client_secret === undefined) return null;
  requireOwner(name, stored, realm, clientId);
  return audienceSecret(stored.client_secret, stored.audience);
}

/** Stores a registration access token. `operationId` makes the version id, so that a repetition is a no-op. */
export async function storeToken(
  { secrets }: Stores,
  realm: KeycloakRealm,
  clientId: string,
  token: ManagementToken,
  operationId: string,
): Promise<SecretReference> {
  return await store(
    secrets,
    keycloakSecretName(realm, clientId, 'management'),
    versionIdOf(operationId, 'management'),
    {
      issuer: realm.issuer,
      client_id: clientId,
      registration_access_token: token.token,
      ...(token.clientUri === null ? {} : { registration_client_uri: token.clientUri }),
      audience: [realm.origin],
    },
  );
}

/** Where providers show the secret that authenticates the client, and the registration access token. */
const known = /^\/(?:secret|client_secret|credentials\/secret|registration_?access_?token)$/i;

/**
 * Stores the secret of a client with whatever else of its representation is secret; null when nothing is. Providers
 * show different parts: what this one leaves out stays.
 */
export async function storeClient(
  { secrets }: Stores,
  realm: KeycloakRealm,
  client: KeycloakClient,
  operationId: string,
): Promise<SecretReference | null> {
  const others = Object.entries(client.withheld).filter(([pointer]) => !known.test(pointer));
  if (client.clientSecret === null && others.length === 0) return null;
  const name = keycloakSecretName(realm, client.clientId, 'client');
  const before = (await readSecret(secrets, name, { stage: 'current' }, clientSchema))?.value;
  if (before !== undefined) requireOwner(name, before, realm, client.clientId);
  const secret = client.clientSecret ?? before?.client_secret;
  const expiresAt =
    client.secretExpiresAt === null
      ? secret === before?.client_secret
        ? before?.expires_at
        : undefined
      : Math.floor(client.secretExpiresAt / 1000);
  const withheld = { ...before?.withheld, ...Object.fromEntries(others) };
  return await store(secrets, name, versionIdOf(operationId, 'client'), {
    issuer: realm.issuer,
    token_endpoint: realm.tokenEndpoint,
    client_id: client.clientId,
    ...(secret === undefined ? {} : { client_secret: secret }),
    ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
    ...(Object.keys(withheld).length === 0 ? {} : { withheld }),
    audience: [realm.origin],
  });
}

/** Deletes both secrets of a client that is gone. */
export async function removeSecrets({ secrets }: Stores, realm: KeycloakRealm, clientId: string): Promise<void> {
  for (const half of ['client', 'management'] as const) {
    const name = keycloakSecretName(realm, clientId, half);
    if ((await secrets.get(name, { stage: 'current' })) !== null) await secrets.remove(name);
  }
}

/** A version that says what the current one says is not written again. */
async function store(
  secrets: Stores['secrets'],
  name: string,
  versionId: string,
  value: SecretValue,
): Promise<SecretReference> {
  const current = await secrets.get(name, { stage: 'current' });
  const isKnown = current !== null && toContent(name, current.value) === toContent(name, value);
  if (!isKnown) await putCurrent(secrets, name, versionId, value, { 'managed-by': 'registrar' });
  return { store: secrets.kind, name, versionId: isKnown ? current.versionId : versionId };
}

/** Names carry a short hash only: what is read must be what was meant. */
function requireOwner(
  name: string,
  stored: { readonly issuer: string; readonly client_id: string },
  realm: KeycloakRealm,
  clientId: string,
): void {
  if (stored.issuer === realm.issuer && stored.client_id === clientId) return;
  throw new RegistrarFailure({
    reason: 'SecretStoreRefused',
    retryClass: 'input',
    message: `The secret ${name} belongs to another client.`,
  });
}
