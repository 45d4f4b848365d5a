import { type Kysely, sql } from 'kysely';
import type { OwnSettings, OwnSettingsRevisions } from '../../../domain/ports/callers/ownSettings.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import { lockChain, recordAudit } from '../audit/append.ts';
import type { RecordsContext } from '../context.ts';
import { canonicalJson, jsonb } from '../json.ts';
import { newestOwnRevision } from '../registrations/desired.ts';
import type { Database } from '../schema.ts';

/** What registrations set themselves, in revisions that are never changed once something was made from them. */
export function createOwnSettings({ db, auditMacKey, clock }: RecordsContext): OwnSettingsRevisions {
  return {
    async ownSettings(registrationId) {
      const found = await newest(db, registrationId);
      return found === null ? null : { revision: found.revision, settings: found.settings };
    },

    async putOwnSettings(registrationId, expected, settings, actor = 'system') {
      const at = toRfc3339(clock.now());
      return db.transaction().execute(async (trx) => {
        // Held to the end: two writers cannot both find the revision that they expect.
        const head = await lockChain(trx);
        const before = await newest(trx, registrationId);
        if (before?.revision !== expected) return false;
        await insert(trx, registrationId, expected + 1, settings, at);
        const message = `Settings ${expected + 1} of registration ${registrationId} were put.`;
        const event = changeOf(before, { revision: expected + 1, settings });
        await recordAudit(trx, head, { ...event, at, actor, message }, auditMacKey);
        return true;
      });
    },

    async takeBackOwnSettings(registrationId, revision, actor = 'system') {
      const at = toRfc3339(clock.now());
      await db.transaction().execute(async (trx) => {
        const head = await lockChain(trx);
        const refused = await newest(trx, registrationId);
        if (refused?.revision !== revision) return;
        const isKnown = await isReferred(trx, registrationId, revision);
        await remove(trx, registrationId, revision);
        const before = await newest(trx, registrationId);
        if (before === null) return;
        if (isKnown) {
          await insert(trx, registrationId, revision, refused.settings, at);
          await insert(trx, registrationId, revision + 1, before.settings, at);
        }
        const to = { revision: isKnown ? revision + 1 : before.revision, settings: before.settings };
        const message = `Settings ${revision} of registration ${registrationId} were taken back: their change was refused.`;
        await recordAudit(trx, head, { ...changeOf(refused, to), at, actor, message }, auditMacKey);
      });
    },
  };
}

interface Revision {
  readonly revision: number;
  readonly settings: OwnSettings;
}

function changeOf(from: Revision & { readonly tenantId: string }, to: Revision) {
  return {
    subjectKind: 'tenant',
    subjectId: from.tenantId,
    type: 'tenant.registration-changed',
    changes: {
      ownRevision: { from: from.revision, to: to.revision },
      members: { from: namesOf(from.settings), to: namesOf(to.settings) },
      changed: { from: null, to: changedNames(from.settings, to.settings) },
    },
  } as const;
}

async function insert(
  trx: Kysely<Database>,
  registrationId: string,
  revision: number,
  settings: OwnSettings,
  at: string,
): Promise<void> {
  await trx
    .insertInto('registration_settings')
    .values({ registration_id: registrationId, revision, settings: jsonb(settings), created_at: at })
    .execute();
}

async function remove(trx: Kysely<Database>, registrationId: string, revision: number): Promise<void> {
  await trx
    .deleteFrom('registration_settings')
    .where('registration_id', '=', registrationId)
    .where('revision', '=', revision)
    .execute();
}

/** Whether a request was made from it, or may be being made: without a client, the newest revision is what is sent. */
async function isReferred(trx: Kysely<Database>, registrationId: string, revision: number): Promise<boolean> {
  const row = await trx
    .selectFrom('registrations as r')
    .select('r.registration_id')
    .where('r.registration_id', '=', registrationId)
    .where(
      sql<boolean>`(r.view -> 'credential' is null or r.view -> 'credential' = 'null'::jsonb
        or (r.view #>> '{ownRevision,applied}')::integer = ${revision}
        or exists (select 1 from intents as i
          where i.registration_id = r.registration_id and i.own_metadata_revision = ${revision}))`,
    )
    .executeTakeFirst();
  return row !== undefined;
}

async function newest(
  from: Kysely<Database>,
  registrationId: string,
): Promise<(Revision & { readonly tenantId: string }) | null> {
  const row = await from
    .selectFrom('registrations as r')
    .leftJoin('registration_settings as s', (join) => join.onRef('s.registration_id', '=', 'r.registration_id'))
    .select(['r.tenant_id', 'r.client_metadata', 's.settings', newestOwnRevision])
    .where('r.registration_id', '=', registrationId)
    .orderBy('s.revision', (order) => order.desc().nullsLast())
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return null;
  const settings = (row.settings ?? { clientMetadata: row.client_metadata ?? {} }) as OwnSettings;
  return { revision: row.newest_own_revision, settings, tenantId: row.tenant_id };
}

/** JSON pointers of the members, without their values. */
function namesOf(settings: OwnSettings): string[] {
  return [...flat(settings).keys()].sort();
}

function changedNames(before: OwnSettings, after: OwnSettings): string[] {
  const [from, to] = [flat(before), flat(after)];
  return [...new Set([...from.keys(), ...to.keys()])].filter((name) => from.get(name) !== to.get(name)).sort();
}

function flat(settings: OwnSettings): Map<string, string> {
  return new Map(
    Object.entries(settings).flatMap(([group, members]) =>
      members === null || typeof members !== 'object'
        ? []
        : Object.entries(members).map(([name, value]) => [`${group}/${name}`, canonicalJson(value)] as const),
    ),
  );
}
