import type { Selectable } from 'kysely';
import type { KeyRecord, Keys } from '../../../domain/ports/callers/keys.ts';
import { RecordsError } from '../../../domain/ports/recordsError.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import type { Role } from '../../../domain/words.ts';
import { lockChain, recordAudit } from '../audit/append.ts';
import type { RecordsContext } from '../context.ts';
import { cleanText, jsonb } from '../json.ts';
import { decodeCursor } from '../lists/cursor.ts';
import { readStretches, type Sorting, stretchesOf, toPage } from '../lists/keyset.ts';
import type { Database } from '../schema.ts';

export function toKeyRecord(row: Selectable<Database['api_keys']>): KeyRecord {
  return {
    keyId: row.key_id,
    name: row.name,
    role: row.role as Role,
    tenantIds: row.tenant_ids as readonly string[] | null,
    applicationIds: row.application_ids as readonly string[] | null,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
  };
}

const sorting: Sorting = { list: 'keys', column: 'k.created_at', idColumn: 'k.key_id', descending: false };

/** API keys, known by their hash only; a revoked one stays listed. */
export function createKeys({ db, auditMacKey, clock }: RecordsContext): Keys {
  return {
    async insertKey({ keyId, name, role, sha256, tenantIds, applicationIds, expiresAt }, actor = 'system') {
      const at = toRfc3339(clock.now());
      return db.transaction().execute(async (trx) => {
        const head = await lockChain(trx);
        const row = await trx
          .insertInto('api_keys')
          .values({
            key_id: keyId,
            name: cleanText(name),
            role,
            sha256,
            tenant_ids: jsonb(tenantIds),
            application_ids: jsonb(applicationIds),
            created_at: at,
            expires_at: expiresAt === null ? null : toRfc3339(expiresAt),
          })
          .onConflict((conflict) => conflict.doNothing())
          .returningAll()
          .executeTakeFirst();
        if (row === undefined) throw new RecordsError('exists', 'This key exists already.');
        const key = toKeyRecord(row);
        const changes = {
          role: { from: null, to: role },
          tenantIds: { from: null, to: tenantIds },
          applicationIds: { from: null, to: applicationIds },
          expiresAt: { from: null, to: key.expiresAt },
        };
        const event = { type: 'key.created', message: `Key "${key.name}" was created.` } as const;
        await recordAudit(
          trx,
          head,
          { subjectKind: 'key', subjectId: keyId, ...event, at, actor, changes },
          auditMacKey,
        );
        return key;
      });
    },

    async keyByHash(sha256) {
      const row = await db.selectFrom('api_keys').selectAll().where('sha256', '=', sha256).executeTakeFirst();
      return row === undefined ? null : toKeyRecord(row);
    },

    async keys(page) {
      const cursor = decodeCursor(page.cursor, sorting.list, 'time');
      const query = db.selectFrom('api_keys as k').selectAll();
      const rows = await readStretches(stretchesOf(cursor, sorting), page.limit + 1, (stretch, limit) =>
        query.where(stretch.where).orderBy(stretch.orderBy).limit(limit).execute(),
      );
      const keyOf = (row: (typeof rows)[number]) => ({ value: row.created_at.toISOString(), id: row.key_id });
      return toPage(rows, page, sorting.list, keyOf, toKeyRecord);
    },

    async revokeKey(keyId, actor = 'system') {
      const at = toRfc3339(clock.now());
      return db.transaction().execute(async (trx) => {
        const head = await lockChain(trx);
        const revoked = await trx
          .updateTable('api_keys')
          .set({ revoked_at: at })
          .where('key_id', '=', keyId)
          .where('revoked_at', 'is', null)
          .returning('name')
          .executeTakeFirst();
        if (revoked === undefined) {
          const known = await trx
            .selectFrom('api_keys')
            .select('key_id')
            .where('key_id', '=', keyId)
            .executeTakeFirst();
          return known !== undefined;
        }
        await trx.deleteFrom('sessions').where('key_id', '=', keyId).execute();
        const event = { type: 'key.revoked', message: `Key "${revoked.name}" was revoked.` } as const;
        const changes = { revokedAt: { from: null, to: at } };
        await recordAudit(
          trx,
          head,
          { subjectKind: 'key', subjectId: keyId, ...event, at, actor, changes },
          auditMacKey,
        );
        return true;
      });
    },
  };
}
