import { RegistrarFailure } from '../../domain/failure.ts';
import { managementSecretName } from '../../domain/ids.ts';
import { SecretStoreError } from '../../domain/ports/secretStore.ts';
import { explain } from '../../domain/reasons/index.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import { originOf } from '../../protocols/http/publicUrl.ts';
import { fits, toContent } from '../../stores/secrets/content.ts';
import { versionIdOfContent } from '../../stores/secrets/versionId.ts';
import type { Dependencies } from '../dependencies.ts';
import { clientOfManagement, managedClientOf, readManagement } from './management.ts';
import { type ClientSecret, type ManagedClient, type ManagementSecret, tagsOf } from './secret.ts';

/** What was received about the management of one client. Absent members are unchanged (RFC 7592 section 3). */
export interface ReceivedManagement {
  readonly clientId: string;
  readonly token: string | null;
  readonly clientUri: string | null;
  readonly audience: readonly string[];
  /** When the token was received, or last taken by the server, in milliseconds: the newest wins. */
  readonly receivedAt: number;
  /** `current`: the client's members stand at the top; `other`: below `clients`. */
  readonly role: 'current' | 'other';
  /** A first credential that waits for its proof. */
  readonly client?: ClientSecret;
  /** Operation or intent that `client` was stored for. */
  readonly storedFor?: string;
}

/** Another writer can come between reading and swapping; each time one of them is done. */
const mostSwaps = 10;

/**
 * Puts what was received into the management secret: read, merge, swap, and again when another writer came between
 * (DESIGN section 5). Version ids come from the content, the token above all, so that the same token is the same version
 * and another one never meets it. Answers the version that is current, and whether the client can be managed.
 */
export async function storeManagement(
  deps: Dependencies,
  config: RegistrationConfig,
  received: ReceivedManagement,
): Promise<{ versionId: string; manageable: boolean }> {
  const name = managementSecretName(config);
  const { secrets } = deps;
  for (let swap = 0; swap < mostSwaps; swap += 1) {
    const before = await readManagement(deps, config);
    const value = merge(before?.value ?? null, received);
    const manageable = isManageable(value, received.clientId);
    if (before !== null && toContent(name, before.value) === toContent(name, value))
      return { versionId: before.versionId, manageable };
    const versionId = versionIdOfContent(toContent(name, value), 'management');
    await secrets.put(name, versionId, value, tagsOf(config));
    try {
      await secrets.promote(name, versionId, before?.versionId ?? null);
    } catch (error) {
      if (error instanceof SecretStoreError && error.code === 'conflict') continue;
      throw error;
    }
    // The caller deletes its own copy next.
    if ((await secrets.get(name, { versionId })) === null) break;
    return { versionId, manageable };
  }
  const message = `The secret ${name} could not be read back.`;
  throw new RegistrarFailure({ reason: 'SecretStoreUnavailable', retryClass: 'transient', message });
}

/** @throws RegistrarFailure `SecretTooLarge`. */
function merge(before: ManagementSecret | null, received: ReceivedManagement): ManagementSecret {
  const owner = before === null ? null : clientOfManagement(before);
  const isTop = before === null || owner === null || owner === received.clientId;
  const { clients: others = {}, ...top } = before ?? { audience: [...received.audience] };
  if (isTop) return fitting({ ...newest(top, received), ...firstCredential(received) }, others);
  const known = others[received.clientId] ?? null;
  if (received.role === 'other') return fitting(top, { ...others, [received.clientId]: newest(known, received) });
  const { [received.clientId]: _now, ...rest } = others;
  const { client: _client, client_stored_for: _for, ...former } = top;
  return fitting(
    { ...newest(known, received), ...firstCredential(received) },
    owner === null ? rest : { ...rest, [owner]: former },
  );
}

function firstCredential({ client, storedFor }: ReceivedManagement): Partial<ManagementSecret> {
  return client === undefined ? {} : { client, ...(storedFor === undefined ? {} : { client_stored_for: storedFor }) };
}

function newest<Known extends ManagedClient>(known: Known | null, received: ReceivedManagement): Known | ManagedClient {
  const { token, clientUri, clientId, audience, receivedAt } = received;
  const older = known?.token_received_at !== undefined && known.token_received_at > receivedAt;
  const reach = known?.audience ?? audience;
  const isWithin = (origins: readonly string[]) => clientUri === null || origins.includes(originOf(clientUri));
  // A new token from an endpoint that was approved since brings its own audience; no other may lead out of it.
  const moves = !older && !isWithin(reach) && token !== null && isWithin(audience);
  const leadsElsewhere = !isWithin(reach) && !moves;
  const newer: Partial<ManagedClient> = {
    ...(token === null || leadsElsewhere ? {} : { registration_access_token: token, token_received_at: receivedAt }),
    ...(clientUri === null || leadsElsewhere ? {} : { registration_client_uri: clientUri }),
    ...(moves ? { audience: [...audience] } : {}),
  };
  if (known !== null && older) return { ...newer, ...known, client_id: clientId };
  return { audience: [...audience], ...known, ...newer, client_id: clientId };
}

/** Tokens of clients that are not current stand in the journal too: they make room first, the oldest of them. */
function fitting(top: ManagementSecret, others: Readonly<Record<string, ManagedClient>>): ManagementSecret {
  const kept = Object.entries(others).sort(([, a], [, b]) => (b.token_received_at ?? 0) - (a.token_received_at ?? 0));
  for (let count = kept.length; count >= 0; count -= 1) {
    const value = { ...top, ...(count === 0 ? {} : { clients: Object.fromEntries(kept.slice(0, count)) }) };
    if (fits(value)) return value;
  }
  throw new RegistrarFailure({ reason: 'SecretTooLarge', retryClass: 'input', message: explain('SecretTooLarge') });
}

function isManageable(value: ManagementSecret, clientId: string): boolean {
  const own = managedClientOf(value, clientId);
  return own?.registration_access_token !== undefined && own.registration_client_uri !== undefined;
}
