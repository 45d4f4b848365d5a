import type { KnownClient } from '../../ports/activities.ts';
import type { TimePolicy } from '../../time/policy.ts';
import type { ClientState, EntityState } from '../state.ts';

type Clients = Pick<EntityState, 'clients'>;
type InUse = Pick<EntityState, 'current' | 'pending'>;

/** What is known of a client; null = it is none of this registration's. */
export function clientOf({ clients }: Clients, clientId: string): ClientState | null {
  return clients.find((client) => client.clientId === clientId) ?? null;
}

/** What is known of the client whose credential is current. */
export function currentClient(state: Clients & Pick<EntityState, 'current'>): ClientState | null {
  return state.current === null ? null : clientOf(state, state.current.clientId);
}

/** What a client is to its registration: never stored, as the credentials in use say it. */
export function roleOf({ current, pending }: InUse, clientId: string): 'current' | 'pending' | 'draining' {
  if (current?.clientId === clientId) return 'current';
  return pending?.clientId === clientId ? 'pending' : 'draining';
}

/** What an update of the current client is made from. */
export function knownOf(state: EntityState): KnownClient {
  const client = currentClient(state);
  return { metadata: client?.appliedMetadata ?? null, wholeIn: client?.lastRead?.wholeIn ?? null };
}

/** The clients of the credentials in use, each once; of a shared client its holder knows. */
export function listedClients({
  current,
  pending,
  clients,
  config,
}: InUse & Clients & Pick<EntityState, 'config'>): readonly ClientState[] {
  if (config.holderRegistrationId !== null) return clients.length === 0 ? clients : [];
  const inUse = [current, pending].filter((credential) => credential !== null);
  const ids = [...new Set(inUse.map(({ clientId }) => clientId))];
  const listed = ids.map((clientId): ClientState => {
    const endsAt = inUse.find((credential) => credential.clientId === clientId)?.clientExpiresAt ?? null;
    const known = clientOf({ clients }, clientId);
    if (known !== null) return known.endsAt === endsAt ? known : { ...known, endsAt };
    return { clientId, appliedMetadata: null, appliedAt: null, endsAt, lastRead: null, heldBy: null };
  });
  const same = listed.length === clients.length && listed.every((client, index) => client === clients[index]);
  return same ? clients : listed;
}

/** Share of the age of metadata in which what a read's row holds is as good as read now: an hour of thirty days. */
const rowShare = 1 / 720;
/** Share of it after which a client that could not be read is read again by itself: a day. */
const againShare = 1 / 30;

/**
 * Whether the client is read before it is updated (DESIGN section 6): where it is not known what it has; where that is
 * old and reads were seen to keep the token; and before each update of an adopted client whose reads do, as its people
 * may have changed it since.
 */
export function readsFirst(state: EntityState, now: number, { metadataAge }: Pick<TimePolicy, 'metadataAge'>): boolean {
  const client = currentClient(state);
  if (client === null) return false;
  const { appliedMetadata, appliedAt, lastRead } = client;
  if (state.current?.supplied === true && lastRead?.keptToken === true && !isReadFor(state, lastRead)) return true;
  if (appliedMetadata === null)
    return lastRead === null || lastRead.wholeIn === null || now - lastRead.at > metadataAge * rowShare;
  const since = Math.max(appliedAt ?? 0, lastRead?.at ?? 0);
  return lastRead?.keptToken === true && now - since > metadataAge;
}

/** Whether the last try to read was made for the update that comes next: for its operation, and after its last request. */
function isReadFor(
  { rotation, activeOperation }: EntityState,
  lastRead: NonNullable<ClientState['lastRead']>,
): boolean {
  // As `openRequest` names them: a change goes before a rotation that is under way.
  const isChange = activeOperation?.kind === 'changeMetadata';
  const operation = isChange ? activeOperation : rotation;
  return lastRead.operationId === operation?.operationId && (isChange || lastRead.at >= (rotation?.sentAt ?? 0));
}

/** When a client of which nothing is known is read by itself, as after its adoption; null = not. */
export function firstReadAt(state: EntityState, { metadataAge }: Pick<TimePolicy, 'metadataAge'>): number | null {
  const client = currentClient(state);
  if (client === null || state.current?.manageable !== true || client.heldBy !== null) return null;
  if (client.appliedMetadata !== null || (client.lastRead?.wholeIn ?? null) !== null) return null;
  return client.lastRead === null ? 0 : client.lastRead.at + metadataAge * againShare;
}
