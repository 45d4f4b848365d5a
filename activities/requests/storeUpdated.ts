import { expiryOfKeptSecret } from '../../domain/credential/expiry.ts';
import { RegistrarFailure } from '../../domain/failure.ts';
import { clientSecretName } from '../../domain/ids.ts';
import type {
  AppliedMetadata,
  CredentialState,
  Failure,
  OfClient,
  RequestOutcome,
} from '../../domain/ports/activities.ts';
import { explain } from '../../domain/reasons/index.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import type { ClientInformation } from '../../protocols/oauth/clientInformation.ts';
import { fits } from '../../stores/secrets/content.ts';
import { versionIdOf } from '../../stores/secrets/versionId.ts';
import { type ClientSecret, clientSecretSchema, readSecret, tagsOf } from '../credentials/secret.ts';
import { storeManagement } from '../credentials/storeManagement.ts';
import { usableEnd } from '../credentials/usableEnd.ts';
import { type Dependencies, requestTimes } from '../dependencies.ts';
import { managementAudience } from '../servers/audience.ts';
import { type Change, judgeChange } from './metadataChange.ts';

export type UpdateArguments = OfClient;

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
> & {
  /** The server took an update: the end that it states of a kept secret holds. After a read the update may be made again. */
  readonly answersUpdate?: true;
};

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
  const { manageable } = await storeManagement(deps, config, {
    clientId: argument.current.clientId,
    token: client.registrationAccessToken,
    clientUri: client.registrationClientUri,
    audience: managementAudience(argument.endpoints),
    receivedAt: client.issuedAt,
    role: 'current',
  });
  const name = clientSecretName(config);
  const stored = await readSecret(deps.secrets, name, { stage: 'current' }, clientSecretSchema);
  const tokenReceived = client.registrationAccessToken !== null;
  if (stored === null) throw gone(name);
  const judged = change === null ? null : judgeChange(change, argument, client);
  const document: ClientSecret = { ...stored.value, ...judged?.document };
  const versionId = versionIdOf(intentId, 'client');
  const { lifeFrom: _life, expiryReason: _reason, keptToTheLast: _kept, ...former } = argument.current;
  const current = { ...argument.current, manageable };
  const applied = (now: CredentialState): { metadata?: AppliedMetadata } =>
    judged === null || change === null
      ? {}
      : { metadata: { target: change.target, conditions: judged.conditions, scopes: judged.scopes, current: now } };
  if (client.clientSecret === null || client.clientSecret === stored.value.client_secret) {
    const { secretExpiresAt: expiresAt, expiryKnown } = client;
    const told =
      client.answersUpdate === true ? { ...document, ...movedEnd(deps, argument.current, client) } : document;
    const moved = JSON.stringify(told) !== JSON.stringify(stored.value);
    const now = { ...current, versionId: moved ? versionId : stored.versionId };
    if (moved && !fits(told)) return { kind: 'refused', failure: tooLarge(name) };
    if (moved) await showToApplication(deps, config, now.versionId, told, stored.versionId);
    // Also where an attempt before this one wrote it.
    const read = moved || stored.versionId === versionId ? { versionId } : {};
    return { kind: 'unchanged', expiresAt, expiryKnown, manageable, tokenReceived, ...read, ...applied(now) };
  }
  const { expires_at: _former, ...kept } = document;
  const end = usableEnd(deps, client);
  const expiry = end === null ? {} : { expires_at: Math.floor(end / 1000) };
  const renewed: ClientSecret = { ...kept, ...expiry, client_secret: client.clientSecret };
  if (!fits(renewed)) return { kind: 'refused', failure: tooLarge(name) };
  await deps.secrets.put(name, versionId, renewed, tagsOf(config));
  // The sealed answer is deleted next.
  const readBack = await readSecret(deps.secrets, name, { versionId }, clientSecretSchema);
  if (readBack?.value.client_secret !== client.clientSecret) throw unread(name);
  const credential: CredentialState = {
    ...former,
    manageable,
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

/** What the application is told of a kept secret's end that the answer moved. */
function movedEnd(deps: Dependencies, current: CredentialState, client: Shown): { expires_at?: number } {
  const stated = { expiresAt: client.secretExpiresAt, expiryKnown: client.expiryKnown };
  const { expiresAt } = expiryOfKeptSecret(current, stated, client.issuedAt, requestTimes(deps));
  if (expiresAt === null || expiresAt === current.expiresAt) return {};
  return { expires_at: Math.floor(expiresAt / 1000) };
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

function unread(name: string): RegistrarFailure {
  const message = `The secret ${name} could not be read back.`;
  return new RegistrarFailure({ reason: 'SecretStoreUnavailable', retryClass: 'transient', message });
}

/** Trying again would not make it smaller. */
function tooLarge(name: string): Failure {
  const reason = 'SecretTooLarge';
  const message = `${explain(reason)} It is that of ${name}; the answer of the server is kept sealed.`;
  return { reason, retryClass: 'input', status: null, retryAfterSeconds: null, message };
}

/** The answer stays sealed until the secret is there again: it may hold a new one. */
function gone(name: string): RegistrarFailure {
  const message = `${explain('SecretStoreRefused')} The secret ${name} is not there.`;
  return new RegistrarFailure({ reason: 'SecretStoreRefused', retryClass: 'input', message });
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
