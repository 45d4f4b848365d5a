import { sql, type Transaction } from 'kysely';
import type { Verdict } from '../../../domain/credential/proofDecision.ts';
import { couldNotTell } from '../../../domain/credential/proofSchedule.ts';
import { rereadPhases } from '../../../domain/discovery/rereadPhases.ts';
import type { Lease, LeasedDocuments, LeasedProof, ProofQueue } from '../../../domain/ports/servers/proofs.ts';
import type { RegistrationView } from '../../../domain/registration/view.ts';
import { noteVerdict, type OriginHealth } from '../../../domain/servers/originHealth.ts';
import { rfc3339OrNull, toRfc3339 } from '../../../domain/time/clock.ts';
import type { RecordsContext } from '../context.ts';
import { guarded } from '../errors.ts';
import type { Database } from '../schema.ts';
import { ownVerdict } from './ownVerdict.ts';

/** Milliseconds after which another worker takes a row over. */
const leaseFor = 180_000;
/** In place of the owner of a lease whose result is not to be written. */
export const revoked = 'revoked';
/** Due proofs of one origin that are spread in one statement. */
const spreadAtOnce = 5_000;

/** Nothing is asked of a server for one that is being changed, suspended or on its way out: its entity does that. */
const watched = {
  next_due: sql`r.phase = 'active' and r.credential_health not in ('none', 'rotating')`,
  document_next_due: sql`r.phase in (${sql.join([...rereadPhases])}) and r.credential_health <> 'rotating'`,
};

interface ProofRow {
  readonly registration_id: string;
  readonly version_id: string;
  readonly origin: string;
  readonly token_endpoint: string;
  readonly verdict: string | null;
  readonly interval_days: number;
  readonly shared: boolean;
  readonly issued_at: string | null;
  readonly expires_at: string | null;
  readonly client_expires_at: string | null;
}

interface DocumentsRow {
  readonly registration_id: string;
  readonly fhir_base_url: string;
  readonly document_hash: string | null;
  readonly document_changed_at: Date | null;
}

/** The rows of `proofs`; those are made and removed with transitions (`noteProofs`). */
export function createProofQueue({ db }: Pick<RecordsContext, 'db'>): ProofQueue {
  /** Leases by a column that says what is due. */
  const leased = (lease: Lease, due: 'next_due' | 'document_next_due', limit: number, rest = sql``) => sql`
    with due as (
      select p.registration_id from proofs p join registrations r on r.registration_id = p.registration_id
      where p.${sql.ref(due)} <= ${toRfc3339(lease.now)}
        and (p.lease_until is null or p.lease_until <= ${toRfc3339(lease.now)}) and ${watched[due]} ${rest}
      order by p.${sql.ref(due)} limit ${limit} for update of p skip locked
    )
    update proofs p set lease_owner = ${lease.owner}, lease_until = ${toRfc3339(lease.now + leaseFor)}
    from due join registrations r on r.registration_id = due.registration_id
    where p.registration_id = due.registration_id`;

  return guarded<ProofQueue>({
    async leaseProofs(lease, limit) {
      const awake = sql`and not exists (select 1 from origin_health h
        where h.origin = p.origin and h.paused_until > ${toRfc3339(lease.now)})`;
      const { rows } = await sql<ProofRow>`
        ${leased(lease, 'next_due', limit, awake)}
        returning p.registration_id, p.version_id, p.origin, p.token_endpoint, p.verdict, p.interval_days,
          r.holder_registration_id is not null as shared, r.view #>> '{credential,issuedAt}' as issued_at,
          r.view #>> '{credential,expiresAt}' as expires_at,
          r.view #>> '{credential,clientExpiresAt}' as client_expires_at`.execute(db);
      return rows.map(toProof);
    },

    async leaseDocuments(lease, limit) {
      const { rows } = await sql<DocumentsRow>`
        ${leased(lease, 'document_next_due', limit)}
        returning p.registration_id, r.fhir_base_url, p.document_hash, p.document_changed_at`.execute(db);
      return rows.map(
        (row): LeasedDocuments => ({
          registrationId: row.registration_id,
          fhirBaseUrl: row.fhir_base_url,
          documentHash: row.document_hash,
          changedAt: row.document_changed_at?.getTime() ?? lease.now,
        }),
      );
    },

    recordProof: (lease, proof) =>
      db.transaction().execute(async (trx) => {
        const { registrationId, versionId, verdict, next, unprovedBefore } = proof;
        const row = await trx
          .selectFrom('proofs')
          .innerJoin('registrations', 'registrations.registration_id', 'proofs.registration_id')
          .select(['verdict', 'origin', 'proved_at', 'view'])
          .where('proofs.registration_id', '=', registrationId)
          .where('version_id', '=', versionId)
          // Null: its origin's due proofs were spread meanwhile; the result is as good.
          .where(({ eb, or }) => or([eb('lease_owner', '=', lease.owner), eb('lease_owner', 'is', null)]))
          .forUpdate('proofs')
          .executeTakeFirst();
        if (row === undefined) return { written: false, woken: false, pauseBegan: false };
        const turnedBad = verdict !== 'good' && row.verdict === 'good';
        const { withheld, pauseBegan, health } = await noteAtOrigin(trx, row.origin ?? '', turnedBad, lease.now);
        // One that tells nothing changes nothing (FACTS section 6).
        const told = verdict !== 'inconclusive' && !withheld;
        // Also where the entity still says otherwise, or shows another version of what it shares: when it was woken
        // before, it could not tell.
        const view = row.view as RegistrationView;
        const isKnown = view.credential?.ref.versionId === versionId;
        // For so long that what was known says nothing any more: the entity shows it, once.
        const provedAt = row.proved_at?.getTime() ?? null;
        const isOld = provedAt !== null && provedAt < unprovedBefore && ownVerdict(view) === 'good';
        const silent = verdict === 'inconclusive' && !withheld && isOld;
        const differs = verdict !== row.verdict || verdict !== ownVerdict(view) || !isKnown;
        await trx
          .updateTable('proofs')
          .set({
            verdict: told ? verdict : row.verdict,
            ...(verdict === 'good' ? { proved_at: toRfc3339(lease.now) } : {}),
            next_due: rfc3339OrNull(withheld ? (health.pausedUntil ?? next.nextDue) : next.nextDue),
            interval_days: next.intervalDays,
            lease_owner: null,
            lease_until: null,
          })
          .where('registration_id', '=', registrationId)
          .execute();
        const woken =
          (silent || (told && differs)) && (await wake(trx, registrationId, 'verify', sentences[verdict], lease.now));
        return { written: true, woken, pauseBegan };
      }),

    recordDocuments: (lease, { registrationId, hash, nextDue }) =>
      db.transaction().execute(async (trx) => {
        const row = await trx
          .selectFrom('proofs')
          .select('document_hash')
          .where('registration_id', '=', registrationId)
          .where('lease_owner', '=', lease.owner)
          .forUpdate()
          .executeTakeFirst();
        if (row === undefined) return { woken: false };
        const changed = hash !== null && hash !== row.document_hash;
        await trx
          .updateTable('proofs')
          .set({
            ...(hash === null ? {} : { document_hash: hash, document_read_at: toRfc3339(lease.now) }),
            ...(changed ? { document_changed_at: toRfc3339(lease.now) } : {}),
            document_next_due: toRfc3339(nextDue),
            lease_owner: null,
            lease_until: null,
          })
          .where('registration_id', '=', registrationId)
          .execute();
        if (!changed || row.document_hash === null) return { woken: false };
        return { woken: await wake(trx, registrationId, 'discover', otherDocuments, lease.now) };
      }),

    async spreadProofs(lease, origin, from, spacing) {
      await sql`
        with due as (
          select registration_id, row_number() over (order by next_due, registration_id) - 1 as place from (
            select registration_id, next_due from proofs
            where origin = ${origin} and next_due <= ${toRfc3339(lease.now)}
              and (lease_until is null or lease_until <= ${toRfc3339(lease.now)} or lease_owner = ${lease.owner})
            order by next_due, registration_id limit ${spreadAtOnce} for update skip locked
          ) as locked
        )
        update proofs p set next_due = to_timestamp((${from}::float8 + due.place * ${spacing}::float8) / 1000),
          lease_owner = null, lease_until = null
        from due where p.registration_id = due.registration_id`.execute(db);
    },

    async deferDocuments(lease, registrationId, until) {
      await db
        .updateTable('proofs')
        .set({ document_next_due: toRfc3339(until), lease_owner: null, lease_until: null })
        .where('registration_id', '=', registrationId)
        .where('lease_owner', '=', lease.owner)
        .execute();
    },
  });
}

const otherDocuments = 'The discovery documents are not those of before.';

const sentences: Readonly<Record<Verdict, string>> = {
  good: 'The watch found the credential good again.',
  rejected: 'The watch found the credential rejected.',
  inconclusive: couldNotTell,
};

function toProof(row: ProofRow): LeasedProof {
  const ends = [row.expires_at, row.client_expires_at].flatMap((text) => (text === null ? [] : [Date.parse(text)]));
  return {
    registrationId: row.registration_id,
    versionId: row.version_id,
    origin: row.origin,
    tokenEndpoint: row.token_endpoint,
    verdict: row.verdict as Verdict | null,
    intervalDays: row.interval_days,
    shared: row.shared,
    issuedAt: row.issued_at === null ? 0 : Date.parse(row.issued_at),
    endsAt: ends.length === 0 ? null : Math.min(...ends),
  };
}

async function noteAtOrigin(trx: Transaction<Database>, origin: string, turnedBad: boolean, now: number) {
  await trx
    .insertInto('origin_health')
    .values({ origin, paused_until: null, reason: null, window_started_at: toRfc3339(now), bad: 0, total: 0 })
    .onConflict((conflict) => conflict.column('origin').doNothing())
    .execute();
  const row = await trx
    .selectFrom('origin_health')
    .selectAll()
    .where('origin', '=', origin)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const known: OriginHealth = {
    pausedUntil: row.paused_until?.getTime() ?? null,
    reason: row.reason === 'OriginVerdictsBad' ? row.reason : null,
    windowStartedAt: row.window_started_at.getTime(),
    bad: row.bad,
    total: row.total,
  };
  const noted = noteVerdict(known, turnedBad, now);
  await trx
    .updateTable('origin_health')
    .set({
      paused_until: rfc3339OrNull(noted.health.pausedUntil),
      reason: noted.health.reason,
      window_started_at: toRfc3339(noted.health.windowStartedAt),
      bad: noted.health.bad,
      total: noted.health.total,
    })
    .where('origin', '=', origin)
    .execute();
  return noted;
}

/** Once per registration and kind: what waits already says enough. False: it waits already. */
async function wake(
  trx: Transaction<Database>,
  registrationId: string,
  kind: 'verify' | 'discover',
  reason: string,
  now: number,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into wake_requests (operation_id, registration_id, kind, reason, requested_at)
    select gen_random_uuid()::text, ${registrationId}, ${kind}, ${reason}, ${toRfc3339(now)}::timestamptz
    where not exists (select 1 from wake_requests where registration_id = ${registrationId} and kind = ${kind})`.execute(
    trx,
  );
  return (numAffectedRows ?? 0n) > 0n;
}
