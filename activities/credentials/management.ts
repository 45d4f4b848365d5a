import { managementSecretName } from '../../domain/ids.ts';
import type { ManagementToken } from '../../domain/operations/intent.ts';
import type { Endpoints } from '../../domain/ports/activities.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import { type AudienceSecret, audienceSecret } from '../../protocols/http/audience.ts';
import { originOf } from '../../protocols/http/publicUrl.ts';
import type { Dependencies } from '../dependencies.ts';
import { managementAudience } from '../servers/audience.ts';
import { type ManagedClient, type ManagementSecret, managementSecretSchema, readSecret } from './secret.ts';

/** A registration access token with the client URI it is for, ready to be sent to its own origins only. */
export interface ManagementAccess {
  readonly token: AudienceSecret;
  readonly clientUri: string;
}

/** The management secret that is current, or null. */
export async function readManagement(deps: Dependencies, config: RegistrationConfig) {
  return await readSecret<ManagementSecret>(
    deps.secrets,
    managementSecretName(config),
    { stage: 'current' },
    managementSecretSchema,
  );
}

/** Tokens of the journal that are tried after the current one; more would lock an account, or tire a firewall. */
const mostOlder = 3;

/**
 * Accesses to the client, the most trusted first: the current management secret, then the newest of the journal that no
 * server refused. A token is known by the client id it came with: some servers destroy one that is shown to
 * another client's URL. None leads out of the audience that the approved snapshot gives, or that the stored secret was
 * sealed with (DESIGN section 9), whoever journalled it.
 */
export async function managementAccesses(
  deps: Dependencies,
  config: RegistrationConfig,
  endpoints: Endpoints,
  clientId: string,
): Promise<ManagementAccess[]> {
  const stored = (await readManagement(deps, config))?.value;
  const current = stored === undefined ? undefined : managedClientOf(stored, clientId);
  const journal = await deps.records.managementTokens(config.registrationId);
  const audience = [...managementAudience(endpoints), ...(current?.audience ?? []).map(originOf)];
  const leadsElsewhere = (uri: string) => !audience.includes(originOf(uri));
  const stands = current?.registration_client_uri;
  const clientUri = stands === undefined || leadsElsewhere(stands) ? undefined : stands;
  const own = journal.filter(
    (entry) =>
      entry.rejectedAt === undefined &&
      entry.token !== current?.registration_access_token &&
      (entry.clientId === clientId || (entry.clientId === null && entry.clientUri === clientUri)),
  );
  const older = own
    .map((entry) => journalled(entry, clientUri))
    .filter((access) => access !== null && !leadsElsewhere(access.clientUri));
  const accesses = [accessOf(current), ...older.slice(0, mostOlder)];
  const seen = new Set<string>();
  return accesses.filter((access): access is ManagementAccess => {
    if (access === null || leadsElsewhere(access.clientUri) || seen.has(access.token.value)) return false;
    seen.add(access.token.value);
    return true;
  });
}

/** The client that a management secret belongs to; null when it does not say. */
export function clientOfManagement({ client_id, client }: ManagementSecret): string | null {
  return client_id ?? client?.client_id ?? null;
}

/** The members of one client: at the top, or below `clients`. */
export function managedClientOf(secret: ManagementSecret, clientId: string): ManagedClient | undefined {
  const owner = clientOfManagement(secret);
  return owner === null || owner === clientId ? secret : secret.clients?.[clientId];
}

function accessOf(secret: ManagedClient | undefined): ManagementAccess | null {
  const token = secret?.registration_access_token;
  const clientUri = secret?.registration_client_uri;
  if (secret === undefined || token === undefined || clientUri === undefined) return null;
  return { token: audienceSecret(token, secret.audience), clientUri };
}

/** An update may renew the token without repeating the URI. */
function journalled(entry: ManagementToken, currentUri: string | undefined): ManagementAccess | null {
  const clientUri = entry.clientUri ?? currentUri;
  return clientUri === undefined ? null : { token: audienceSecret(entry.token, entry.audience), clientUri };
}
