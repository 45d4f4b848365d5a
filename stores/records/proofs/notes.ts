import { createHash } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { nextProof, nextReading } from '../../../domain/credential/proofSchedule.ts';
import { fingerprintOf } from '../../../domain/discovery/fingerprint.ts';
import { rereadPhases } from '../../../domain/discovery/rereadPhases.ts';
import { findCondition } from '../../../domain/registration/conditions.ts';
import type { RegistrationView, Transition } from '../../../domain/registration/view.ts';
import { rfc3339OrNull, toRfc3339 } from '../../../domain/time/clock.ts';
import { inChunks } from '../chunks.ts';
import { cleanJson } from '../json.ts';
import { newCredentialEvents } from '../registrations/sharing.ts';
import type { Database } from '../schema.ts';
import { ownVerdict } from './ownVerdict.ts';
import { revoked } from './queue.ts';

/** How far apart the watch looks; both of `TimePolicy`, in milliseconds. */
export interface WatchIntervals {
  readonly proofInterval: number;
  readonly discoveryInterval: number;
}

/** Milliseconds over which the sharers of a client that has a new credential are proved. */
const trickle = 3_600_000;

interface Row {
  readonly registration_id: string;
  readonly holder: string | null;
  readonly version_id: string | null;
  readonly client_id: string | null;
  readonly origin: string | null;
  readonly token_endpoint: string | null;
  readonly verdict: 'good' | 'rejected' | null;
  readonly proved_at: string | null;
  readonly next_due: string | null;
  readonly document_hash: string | null;
  readonly document_read_at: string | null;
  readonly document_next_due: string | null;
  readonly seen_at: string;
}

/**
 * Keeps the watch's queue in step with what is recorded, in the transaction that records it: a row for each proved
 * credential and for documents that are read again, none once there is nothing of both. Results of the watch stay where
 * the credential is the same; a newer reading or verdict of the entity counts.
 */
export async function noteProofs(
  trx: Transaction<Database>,
  transitions: readonly Transition[],
  intervals: WatchIntervals,
): Promise<void> {
  const views = new Map<string, { view: RegistrationView; at: string }>();
  for (const { registrationId, view, at } of transitions) if (view !== null) views.set(registrationId, { view, at });
  if (views.size === 0) return;
  const rows = [...views.values()].flatMap(({ view, at }) => rowOf(view, at, intervals) ?? []);
  const kept = new Set(rows.map((row) => row.registration_id));
  const gone = [...views.keys()].filter((registrationId) => !kept.has(registrationId));
  await inChunks(gone, (some) =>
    trx
      .deleteFrom('proofs')
      .where('registration_id', 'in', [...some])
      .execute(),
  );
  if (rows.length > 0) await upsert(trx, rows);
  const renewed = new Set(
    transitions.filter(({ type }) => newCredentialEvents.has(type)).map(({ registrationId }) => registrationId),
  );
  const holders = rows.filter(({ holder, registration_id }) => holder === null && renewed.has(registration_id));
  if (holders.length > 0) await noteSharers(trx, holders);
}

/** Null where there is nothing to watch: no proved credential, and no documents that are read again. */
function rowOf(view: RegistrationView, at: string, intervals: WatchIntervals): Row | null {
  const { registrationId, discovery } = view;
  const credential = view.credential?.ref.name.endsWith('/client') ? view.credential : null;
  const tokenEndpoint = discovery?.tokenEndpoint ?? null;
  if (view.phase === 'retired' || discovery === null) return null;
  const watched = credential === null || tokenEndpoint === null ? null : { credential, tokenEndpoint };
  if (watched === null && !rereadPhases.includes(view.phase)) return null;
  const now = Date.parse(at);
  const read = discovery.proposal?.view ?? discovery;
  const readAt = Math.max(0, ...read.evidence.map(({ fetchedAt }) => Date.parse(fetchedAt)));
  return {
    registration_id: registrationId,
    holder: view.holderRegistrationId ?? null,
    version_id: watched?.credential.ref.versionId ?? null,
    client_id: watched?.credential.clientId ?? null,
    origin: watched === null ? null : originOf(watched.tokenEndpoint),
    token_endpoint: watched?.tokenEndpoint ?? null,
    verdict: watched === null ? null : ownVerdict(view),
    proved_at: watched?.credential.provedAt ?? null,
    next_due: watched === null ? null : firstDue(view, now, intervals.proofInterval),
    document_hash: read.evidence.length === 0 ? null : documentHash(fingerprintOf(read.evidence)),
    document_read_at: readAt === 0 ? null : toRfc3339(readAt),
    document_next_due: toRfc3339(
      nextReading({ registrationId, now: readAt || now, week: intervals.discoveryInterval, changedAt: readAt || now }),
    ),
    seen_at: toRfc3339(now),
  };
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}

/** Null for what cannot be proved, as Registrar does not hold its key. */
function firstDue(view: RegistrationView, now: number, day: number): string | null {
  const { registrationId, credential, holderRegistrationId } = view;
  if (credential === null || findCondition(view.conditions, 'CredentialProved')?.reason === 'KeyHeldElsewhere')
    return null;
  const ends = [credential.expiresAt, credential.clientExpiresAt].flatMap((text) =>
    text === null ? [] : [Date.parse(text)],
  );
  const { nextDue } = nextProof({
    registrationId,
    now: credential.provedAt === null ? now : Date.parse(credential.provedAt),
    day,
    verdict: credential.provedAt === null ? null : 'good',
    intervalDays: 0,
    issuedAt: Date.parse(credential.issuedAt),
    endsAt: ends.length === 0 ? null : Math.min(...ends),
    shared: holderRegistrationId !== undefined,
  });
  return rfc3339OrNull(nextDue);
}

/** Hexadecimal SHA-256 of a fingerprint: a column of one length. */
export function documentHash(fingerprint: string): string {
  return createHash('sha256').update(fingerprint).digest('hex');
}

/**
 * `anew`: another credential, or at another place. A sharer's version is its holder's, whose transition moves it; its
 * own view may be older. `fresher`: the entity proved since, so that the watch need not for a while.
 */
async function upsert(trx: Transaction<Database>, rows: readonly Row[]): Promise<void> {
  const anew = sql`(p.token_endpoint is distinct from excluded.token_endpoint or p.version_id is null
    or (p.version_id is distinct from excluded.version_id and not exists (select 1 from registrations r
      where r.registration_id = excluded.registration_id and r.holder_registration_id is not null)))`;
  const fresher = sql`(excluded.proved_at is not null and excluded.proved_at > coalesce(p.proved_at, '-infinity'))`;
  const turned = sql`(${anew} or ${fresher}
    or (excluded.verdict is not null and excluded.verdict is distinct from p.verdict))`;
  const newer = sql`(excluded.document_read_at > coalesce(p.document_read_at, '-infinity'::timestamptz))`;
  await sql`
    insert into proofs as p (registration_id, version_id, client_id, origin, token_endpoint, verdict, proved_at,
      next_due, interval_days, document_hash, document_read_at, document_changed_at, document_next_due)
    select registration_id, version_id, client_id, origin, token_endpoint, verdict, proved_at,
      next_due, 1, document_hash, document_read_at, document_read_at, document_next_due
    from jsonb_to_recordset(${JSON.stringify(cleanJson(rows))}::text::jsonb) as n (
      registration_id text, version_id text, client_id text, origin text, token_endpoint text, verdict text,
      proved_at timestamptz, next_due timestamptz, document_hash text, document_read_at timestamptz,
      document_next_due timestamptz)
    order by registration_id
    on conflict (registration_id) do update set
      version_id = case when ${anew} then excluded.version_id else p.version_id end,
      client_id = excluded.client_id, origin = excluded.origin, token_endpoint = excluded.token_endpoint,
      verdict = case when ${anew} then excluded.verdict else coalesce(excluded.verdict, p.verdict) end,
      proved_at = case when ${anew} then excluded.proved_at else greatest(excluded.proved_at, p.proved_at) end,
      next_due = case when ${turned} then excluded.next_due else p.next_due end,
      interval_days = case when ${turned} then 1 else p.interval_days end,
      lease_owner = case when ${turned} then ${revoked} else p.lease_owner end,
      lease_until = case when ${turned} then null else p.lease_until end,
      document_hash = case when ${newer} then excluded.document_hash else p.document_hash end,
      document_changed_at = case when ${newer} and excluded.document_hash is distinct from p.document_hash
        then excluded.document_read_at else p.document_changed_at end,
      document_next_due = case when ${newer} then excluded.document_next_due else p.document_next_due end,
      document_read_at = case when ${newer} then excluded.document_read_at else p.document_read_at end`.execute(trx);
}

/** All sharers of a client with a new credential are proved where they use it, one after the other over an hour. */
async function noteSharers(trx: Transaction<Database>, holders: readonly Row[]): Promise<void> {
  await sql`
    with holders as (
      select * from jsonb_to_recordset(${JSON.stringify(
        holders.map(({ registration_id, version_id, client_id, seen_at }) => ({
          registration_id,
          version_id,
          client_id,
          seen_at,
        })),
      )}::text::jsonb) as h (registration_id text, version_id text, client_id text, seen_at timestamptz)
    ), sharers as (
      select r.registration_id, h.version_id, h.client_id, h.seen_at
      from registrations r join holders h on h.registration_id = r.holder_registration_id
    )
    update proofs p set version_id = s.version_id, client_id = s.client_id, verdict = 'good', interval_days = 1,
      next_due = s.seen_at + interval '1 millisecond' * (${trickle} * (abs(hashtext(p.registration_id)::bigint) % 1000) / 1000.0),
      lease_owner = ${revoked}, lease_until = null
    from sharers s where p.registration_id = s.registration_id and p.version_id <> s.version_id`.execute(trx);
}
