import { RegistrarFailure } from '../domain/failure.ts';
import { clientSecretName, managementSecretName } from '../domain/ids.ts';
import type { CredentialState, RequestArguments, RequestOutcome } from '../domain/ports.ts';
import { explain } from '../domain/reasons.ts';
import type { RegistrationConfig } from '../domain/records.ts';
import type { ClientInformation } from '../protocols/oauth/clientInformation.ts';
import { versionIdOf } from '../stores/secrets/versionId.ts';
import { clientSecretSchema, putCurrent, readSecret, tagsOf } from './clientSecret.ts';
import type { Dependencies } from './dependencies.ts';
import { readManagement } from './management.ts';

export type UpdateArguments = RequestArguments & { readonly current: CredentialState };

/**
 * Stores what an update or a read answered. The registration access token becomes current before anything else, even
 * if the new secret will fail its proof; the new secret is pending.
 */
export async function storeUpdated(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: UpdateArguments,
  intentId: string,
  client: ClientInformation,
): Promise<RequestOutcome> {
  const manageable = await storeManagement(deps, config, intentId, client);
  const { current } = argument;
  const name = clientSecretName(config);
  const stored = await readSecret(deps.secrets, name, { stage: 'current' }, clientSecretSchema);
  const tokenReceived = client.registrationAccessToken !== null;
  if (stored === null) throw gone(name);
  if (client.clientSecret === null || client.clientSecret === stored.value.client_secret) {
    const { secretExpiresAt: expiresAt, expiryKnown } = client;
    return { kind: 'unchanged', expiresAt, expiryKnown, manageable, tokenReceived };
  }
  const versionId = versionIdOf(intentId, 'client');
  const { expires_at: _former, ...kept } = stored.value;
  const expiry = client.secretExpiresAt === null ? {} : { expires_at: Math.floor(client.secretExpiresAt / 1000) };
  await deps.secrets.put(name, versionId, { ...kept, ...expiry, client_secret: client.clientSecret }, tagsOf(config));
  const credential: CredentialState = {
    ...current,
    store: deps.secrets.kind,
    place: 'client',
    versionId,
    issuedAt: client.issuedAt,
    expiresAt: client.secretExpiresAt,
    expiryKnown: client.expiryKnown,
    provedAt: null,
    manageable,
  };
  const notes = client.findings.filter((finding) => finding.severity === 'error').map((finding) => finding.message);
  return { kind: 'stored', credential, conditions: [], scopes: null, revision: config.revision, tokenReceived, notes };
}

/** The answer stays sealed until the secret is there again: it may hold a new one. */
function gone(name: string): RegistrarFailure {
  const message = `${explain('SecretStoreRefused')} The secret ${name} is not there.`;
  return new RegistrarFailure({ reason: 'SecretStoreRefused', retryClass: 'input', message });
}

/** Absent members are unchanged (RFC 7592 section 3). Answers whether the client can be managed afterwards. */
async function storeManagement(
  deps: Dependencies,
  config: RegistrationConfig,
  intentId: string,
  client: ClientInformation,
): Promise<boolean> {
  const before = (await readManagement(deps, config))?.value;
  const token = client.registrationAccessToken ?? before?.registration_access_token;
  const clientUri = client.registrationClientUri ?? before?.registration_client_uri;
  const changed = token !== before?.registration_access_token || clientUri !== before?.registration_client_uri;
  if (changed && token !== undefined && before !== undefined) {
    const value = {
      ...before,
      registration_access_token: token,
      ...(clientUri === undefined ? {} : { registration_client_uri: clientUri }),
    };
    await putCurrent(
      deps.secrets,
      managementSecretName(config),
      versionIdOf(intentId, 'management'),
      value,
      tagsOf(config),
    );
  }
  return token !== undefined && clientUri !== undefined;
}

/** No registration access token works (any more). */
export function managementRejected(message: string): RequestOutcome {
  const reason = 'ManagementRejected';
  const detail = `${explain(reason)} ${message}`;
  return {
    kind: 'management-rejected',
    failure: { reason, retryClass: 'token', status: 401, retryAfterSeconds: null, message: detail },
  };
}
