import { RegistrarFailure } from '../../domain/failure.ts';
import { clientSecretName, managementSecretName } from '../../domain/ids.ts';
import type {
  AppliedMetadata,
  CredentialState,
  RequestArguments,
  RequestOutcome,
} from '../../domain/ports/activities.ts';
import { explain } from '../../domain/reasons/index.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import type { ClientInformation } from '../../protocols/oauth/clientInformation.ts';
import { versionIdOf } from '../../stores/secrets/versionId.ts';
import { readManagement } from '../credentials/management.ts';
import { type ClientSecret, clientSecretSchema, putCurrent, readSecret, tagsOf } from '../credentials/secret.ts';
import type { Dependencies } from '../dependencies.ts';
import { type Change, judgeChange } from './metadataChange.ts';

export type UpdateArguments = RequestArguments & { readonly current: CredentialState };

/** What an answer shows of a client; null = not shown, which means unchanged (RFC 7592 section 3). */
type Shown = Pick<
  ClientInformation,
  | 'clientSecret'
  | 'secretExpiresAt'
  | 'expiryKnown'
  | 'issuedAt'
  | 'registrationAccessToken'
  | 'registrationClientUri'
  | 'redirectUris'
  | 'scope'
  | 'findings'
>;

/**
 * Stores what an update or a read answered. The registration access token becomes current before anything else, even
 * if the new secret will fail its proof; the new secret is pending.
 *
 * @param change that the update carried out; null where it sent what the client had.
 */
export async function storeUpdated(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: UpdateArguments,
  intentId: string,
  client: Shown,
  change: Change | null,
): Promise<RequestOutcome> {
  const manageable = await storeManagement(deps, config, intentId, client);
  const name = clientSecretName(config);
  const stored = await readSecret(deps.secrets, name, { stage: 'current' }, clientSecretSchema);
  const tokenReceived = client.registrationAccessToken !== null;
  if (stored === null) throw gone(name);
  const judged = change === null ? null : judgeChange(change, argument, client);
  const document: ClientSecret = { ...stored.value, ...judged?.document };
  const versionId = versionIdOf(intentId, 'client');
  const current = { ...argument.current, manageable };
  const applied = (now: CredentialState): { metadata?: AppliedMetadata } =>
    judged === null || change === null
      ? {}
      : { metadata: { target: change.target, conditions: judged.conditions, scopes: judged.scopes, current: now } };
  if (client.clientSecret === null || client.clientSecret === stored.value.client_secret) {
    const { secretExpiresAt: expiresAt, expiryKnown } = client;
    const moved = judged !== null && JSON.stringify(document) !== JSON.stringify(stored.value);
    const now = { ...current, versionId: moved ? versionId : stored.versionId };
    if (moved) await showToApplication(deps, config, now.versionId, document, stored.versionId);
    return { kind: 'unchanged', expiresAt, expiryKnown, manageable, tokenReceived, ...applied(now) };
  }
  const { expires_at: _former, ...kept } = document;
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
  };
  const notes = client.findings.filter((finding) => finding.severity === 'error').map((finding) => finding.message);
  return {
    kind: 'stored',
    credential,
    conditions: [],
    scopes: null,
    revision: config.revision,
    tokenReceived,
    notes,
    ...applied(current),
  };
}

/** The same secret needs no proof: what stands beside it is told to the application at once. Repeatable. */
async function showToApplication(
  { secrets }: Dependencies,
  config: RegistrationConfig,
  versionId: string,
  document: ClientSecret,
  replaced: string,
): Promise<void> {
  await secrets.put(clientSecretName(config), versionId, document, tagsOf(config));
  await secrets.promote(clientSecretName(config), versionId, replaced);
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
  client: Shown,
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
