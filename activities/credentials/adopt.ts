import { z } from 'zod';
import { suppliedAuthMethod } from '../../domain/credential/suppliedAuthMethod.ts';
import { RegistrarFailure } from '../../domain/failure.ts';
import { clientSecretName } from '../../domain/ids.ts';
import type { CredentialState, SupplyArguments, SupplyOutcome } from '../../domain/ports/activities.ts';
import { explain, type Reason } from '../../domain/reasons/index.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import { originOf } from '../../protocols/http/publicUrl.ts';
import { versionIdOf } from '../../stores/secrets/versionId.ts';
import type { Dependencies } from '../dependencies.ts';
import { credentialAudience, managementAudience, tokenEndpointOf } from '../servers/audience.ts';
import { listFormerClient } from './formerClient.ts';
import { signingJwkFor } from './keys.ts';
import { managedClientOf, readManagement } from './management.ts';
import { type ClientSecret, clientSecretOf, clientSecretSchema, readSecret, tagsOf } from './secret.ts';
import { storeManagement } from './storeManagement.ts';

/** What is sealed under the operation id, as JSON (kind `credential`). Secret. */
export const suppliedSecretsSchema = z.strictObject({
  clientSecret: z.string().optional(),
  registrationAccessToken: z.string().optional(),
  registrationClientUri: z.string().optional(),
});
type SuppliedSecrets = z.infer<typeof suppliedSecretsSchema>;

/**
 * Stores a credential that a person supplied: the first one waits for its proof in the management secret, a later one
 * is a pending version of `…/client` (DESIGN section 7). The sealed copy is spent once what is stored was read back.
 * Nothing is ever registered. Repeatable: version ids come from the operation.
 */
export async function storeSupplied(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: SupplyArguments,
): Promise<SupplyOutcome> {
  const { operationId, registrationId, endpoints } = argument;
  const tokenEndpoint = tokenEndpointOf(endpoints);
  const sealed = await deps.records.claimEnteringSecret(operationId, registrationId);
  if (sealed === null) {
    const before = await storedBefore(deps, config, argument);
    // A death between spending the copy and this would leave the former client unlisted.
    if (before !== null) await leave(deps, config, argument);
    return before ?? refused('SuppliedCredentialGone');
  }
  const secrets = suppliedSecretsSchema.parse(JSON.parse(sealed));
  const refusal = await obstacle(deps, argument, tokenEndpoint, secrets);
  if (refusal !== null) {
    await deps.records.spendEnteringSecret(operationId);
    return refused(refusal);
  }
  // A registration access token is journalled before anything else is done with it.
  await journal(deps, argument, secrets);
  await store(deps, config, argument, secrets);
  const outcome = await storedBefore(deps, config, argument);
  if (outcome === null) throw unread(operationId);
  await leave(deps, config, argument);
  await deps.records.spendEnteringSecret(operationId);
  return outcome;
}

/** What this credential takes the place of: a client that a request made should be known to somebody. */
async function leave(
  deps: Dependencies,
  config: RegistrationConfig,
  { endpoints, supplied, pending, current }: SupplyArguments,
): Promise<void> {
  if (pending !== null && pending.clientId !== supplied.clientId && !pending.supplied)
    await listFormerClient(deps, config, endpoints, pending);
  const kept = current === null ? [] : [current.clientId];
  await deps.records.releaseClients(config.registrationId, [supplied.clientId, ...kept]);
}

function unread(operationId: string): RegistrarFailure {
  return new RegistrarFailure({
    reason: 'SecretStoreUnavailable',
    retryClass: 'transient',
    message: `What was supplied as operation ${operationId} could not be read back.`,
  });
}

async function obstacle(
  deps: Dependencies,
  { registrationId, endpoints, supplied }: SupplyArguments,
  tokenEndpoint: string,
  secrets: SuppliedSecrets,
): Promise<Reason | null> {
  const { registrationClientUri: uri } = secrets;
  if (uri !== undefined && !managementAudience(endpoints).includes(originOf(uri))) return 'ClientUriNotAllowed';
  const held = await deps.records.holdClient(tokenEndpoint, supplied.clientId, registrationId);
  return held ? null : 'ClientHeldElsewhere';
}

async function journal(
  deps: Dependencies,
  { registrationId, endpoints, supplied }: SupplyArguments,
  { registrationAccessToken: token, registrationClientUri: clientUri }: SuppliedSecrets,
): Promise<void> {
  if (token === undefined || clientUri === undefined) return;
  await deps.records.journalManagementToken(registrationId, {
    token,
    clientUri,
    clientId: supplied.clientId,
    audience: managementAudience(endpoints),
    receivedAt: deps.clock.now(),
  });
}

async function store(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: SupplyArguments,
  secrets: SuppliedSecrets,
): Promise<void> {
  const { operationId, current } = argument;
  const client = await clientDocument(deps, config, argument, secrets);
  if (current === null) {
    await putManagement(deps, config, argument, secrets, client);
    return;
  }
  if (secrets.registrationAccessToken !== undefined) await putManagement(deps, config, argument, secrets, null);
  await deps.secrets.put(clientSecretName(config), versionIdOf(operationId, 'client'), client, tagsOf(config));
}

/** A registration access token of the same client stays where no new one was given. */
async function putManagement(
  deps: Dependencies,
  config: RegistrationConfig,
  { operationId, endpoints, supplied, current }: SupplyArguments,
  secrets: SuppliedSecrets,
  client: ClientSecret | null,
): Promise<void> {
  await storeManagement(deps, config, {
    clientId: supplied.clientId,
    token: secrets.registrationAccessToken ?? null,
    clientUri: secrets.registrationClientUri ?? null,
    audience: managementAudience(endpoints),
    receivedAt: deps.clock.now(),
    // Another client's token must not take the place of the living one's before the credential proves good.
    role: current === null || current.clientId === supplied.clientId ? 'current' : 'other',
    ...(client === null ? {} : { client, storedFor: operationId }),
  });
}

/** A client whose key Registrar does not hold is stored all the same: nothing proves it (docs/clients.md). */
async function clientDocument(
  deps: Dependencies,
  config: RegistrationConfig,
  { endpoints, supplied }: SupplyArguments,
  { clientSecret }: SuppliedSecrets,
): Promise<ClientSecret> {
  const { redirect_uris: redirectUris, scope } = config.metadata;
  const authMethod =
    supplied.authMethod ?? suppliedAuthMethod(clientSecret !== undefined, config, endpoints.tokenEndpointAuthMethods);
  return clientSecretOf(
    {
      clientId: supplied.clientId,
      clientSecret: clientSecret ?? null,
      authMethod,
      signingJwk: await signingJwkFor(deps, config, endpoints, authMethod),
      expiresAt: supplied.expiresAt,
      redirectUris: Array.isArray(redirectUris) ? redirectUris.filter((uri) => typeof uri === 'string') : [],
      scope: typeof scope === 'string' ? scope : '',
      audience: credentialAudience(endpoints),
    },
    config,
    endpoints,
  );
}

/** Reads back what this operation stored; null when it has not. */
async function storedBefore(
  deps: Dependencies,
  config: RegistrationConfig,
  { operationId, supplied, current }: SupplyArguments,
): Promise<SupplyOutcome | null> {
  const place = current === null ? 'management' : 'client';
  const management = await readManagement(deps, config);
  const waiting = management?.value.client_stored_for === operationId ? management.value.client : undefined;
  const ofClient = versionIdOf(operationId, 'client');
  const client =
    place === 'management'
      ? waiting
      : (await readSecret(deps.secrets, clientSecretName(config), { versionId: ofClient }, clientSecretSchema))?.value;
  if (client === undefined) return null;
  const versionId = place === 'management' ? (management?.versionId ?? ofClient) : ofClient;
  const own = management === null ? undefined : managedClientOf(management.value, supplied.clientId);
  const issuedAt = supplied.issuedAt ?? deps.clock.now();
  const sameClient = current?.clientId === supplied.clientId ? current : null;
  const credential: CredentialState = {
    clientId: supplied.clientId,
    authMethod: client.token_endpoint_auth_method as CredentialState['authMethod'],
    store: deps.secrets.kind,
    place,
    versionId,
    issuedAt,
    expiresAt: supplied.expiresAt,
    expiryKnown: supplied.expiryKnown,
    provedAt: null,
    manageable: own?.registration_access_token !== undefined && own.registration_client_uri !== undefined,
    supplied: true,
    ...(supplied.clientExpiresAt === null
      ? {}
      : { clientExpiresAt: supplied.clientExpiresAt, clientIssuedAt: sameClient?.clientIssuedAt ?? issuedAt }),
  };
  return { kind: 'stored', credential, tokenReceived: credential.manageable };
}

function refused(reason: Reason): SupplyOutcome {
  return {
    kind: 'refused',
    failure: { reason, retryClass: 'input', status: null, retryAfterSeconds: null, message: explain(reason) },
  };
}
