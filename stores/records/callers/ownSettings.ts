import type { Kysely } from 'kysely';
import type { OwnSettings, OwnSettingsRevisions } from '../../../domain/ports/callers/ownSettings.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import { lockChain, recordAudit } from '../audit/append.ts';
import type { RecordsContext } from '../context.ts';
import { canonicalJson, jsonb } from '../json.ts';
import { newestOwnRevision } from '../registrations/desired.ts';
import type { Database } from '../schema.ts';

/** What registrations set themselves, in revisions that are never changed. */
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
        await trx
          .insertInto('registration_settings')
          .values({
            registration_id: registrationId,
            revision: expected + 1,
            settings: jsonb(settings),
            created_at: at,
          })
          .execute();
        await recordAudit(
          trx,
          head,
          {
            subjectKind: 'tenant',
            subjectId: before.tenantId,
            type: 'tenant.registration-changed',
            at,
            actor,
            message: `Settings ${expected + 1} of registration ${registrationId} were put.`,
            changes: {
              ownRevision: { from: expected, to: expected + 1 },
              members: { from: namesOf(before.settings), to: namesOf(settings) },
              changed: { from: null, to: changedNames(before.settings, settings) },
            },
          },
          auditMacKey,
        );
        return true;
      });
    },
  };
}

async function newest(
  from: Kysely<Database>,
  registrationId: string,
): Promise<{ revision: number; settings: OwnSettings; tenantId: string } | null> {
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
