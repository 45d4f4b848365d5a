import type { Transaction } from 'kysely';
import type { Application } from '../../../domain/client/metadata.ts';
import type { ApplicationRecord, Applications } from '../../../domain/ports/callers/applications.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import { lockChain, recordAudit } from '../audit/append.ts';
import type { RecordsContext } from '../context.ts';
import { canonicalJson, cleanJson, jsonb } from '../json.ts';
import { decodeCursor } from '../lists/cursor.ts';
import { isOneOf, toPage } from '../lists/keyset.ts';
import type { Database } from '../schema.ts';

interface Row {
  readonly application_id: string;
  readonly revision: number;
  readonly updated_at: Date;
  readonly contents: unknown;
}

function toRecord(row: Row): ApplicationRecord {
  return {
    applicationId: row.application_id,
    revision: row.revision,
    application: row.contents as Application,
    updatedAt: row.updated_at.toISOString(),
  };
}

const list = 'applications';

/** Applications with their revisions; a revision is never changed. */
export function createApplications({ db, auditMacKey, clock }: RecordsContext): Applications {
  const current = (from: Pick<typeof db, 'selectFrom'>) =>
    from
      .selectFrom('applications as a')
      .innerJoin('application_revisions as v', (join) =>
        join.onRef('v.application_id', '=', 'a.application_id').onRef('v.revision', '=', 'a.revision'),
      )
      .select(['a.application_id', 'a.revision', 'a.updated_at', 'v.contents']);

  async function insertRevision(
    trx: Transaction<Database>,
    applicationId: string,
    revision: number,
    application: Application,
    at: string,
  ): Promise<void> {
    await trx
      .insertInto('applications')
      .values({ application_id: applicationId, revision, updated_at: at })
      .onConflict((conflict) => conflict.column('application_id').doUpdateSet({ revision, updated_at: at }))
      .execute();
    await trx
      .insertInto('application_revisions')
      .values({ application_id: applicationId, revision, contents: jsonb(application), created_at: at })
      .execute();
  }

  return {
    async putApplication(applicationId, application, actor = 'system') {
      const at = toRfc3339(clock.now());
      return db.transaction().execute(async (trx) => {
        const head = await lockChain(trx);
        const before = await current(trx).where('a.application_id', '=', applicationId).executeTakeFirst();
        if (before !== undefined && canonicalJson(before.contents) === canonicalJson(cleanJson(application)))
          return { record: toRecord(before), created: false };
        const revision = (before?.revision ?? 0) + 1;
        await insertRevision(trx, applicationId, revision, application, at);
        const created = before === undefined;
        await recordAudit(
          trx,
          head,
          {
            subjectKind: 'application',
            subjectId: applicationId,
            type: created ? 'application.created' : 'application.changed',
            at,
            actor,
            message: `Revision ${revision} was put.`,
            changes: {
              revision: { from: before?.revision ?? null, to: revision },
              contents: { from: before?.contents ?? null, to: application },
            },
          },
          auditMacKey,
        );
        return { record: { applicationId, revision, application, updatedAt: at }, created };
      });
    },

    async application(applicationId) {
      const row = await current(db).where('a.application_id', '=', applicationId).executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    async applicationRevision(applicationId, revision) {
      const row = await db
        .selectFrom('application_revisions')
        .select('contents')
        .where('application_id', '=', applicationId)
        .where('revision', '=', revision)
        .executeTakeFirst();
      return row === undefined ? null : (row.contents as Application);
    },

    async applications({ applicationIds }, page) {
      const cursor = decodeCursor(page.cursor, list, 'text');
      let query = current(db);
      if (applicationIds !== null) query = query.where(isOneOf('a.application_id', applicationIds));
      if (cursor !== null) query = query.where('a.application_id', '>', cursor.id);
      const rows = await query
        .orderBy('a.application_id')
        .limit(page.limit + 1)
        .execute();
      return toPage(rows, page, list, (row) => ({ value: null, id: row.application_id }), toRecord);
    },
  };
}
