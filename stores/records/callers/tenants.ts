import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { AnswerToKeep } from '../../../domain/ports/callers/idempotency.ts';
import type { TenantRecord, Tenants } from '../../../domain/ports/callers/tenants.ts';
import { RecordsError } from '../../../domain/ports/recordsError.ts';
import type { Visibility } from '../../../domain/ports/visibility.ts';
import type { RegistrationView } from '../../../domain/registration/view.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import { administrativeEntry, appendAudit, lastSequences, lockChain, recordAudit } from '../audit/append.ts';
import type { RecordsContext } from '../context.ts';
import { cleanText } from '../json.ts';
import { decodeCursor } from '../lists/cursor.ts';
import { isOneOf, toPage } from '../lists/keyset.ts';
import { insertRegistrations, refuseExisting, subjectsOf } from '../registrations/create.ts';
import type { Database } from '../schema.ts';
import { completeWithin } from './idempotency.ts';
import { removeTenantWithin } from './removeTenant.ts';

const list = 'tenants';

/** A caller bound to applications sees the tenants that have a registration of one of them. */
function tenantVisible({ tenantIds, applicationIds }: Visibility): RawBuilder<boolean> {
  const byTenant = tenantIds === null ? sql<boolean>`true` : isOneOf('t.tenant_id', tenantIds);
  if (applicationIds === null) return byTenant;
  return sql<boolean>`(${byTenant} and exists (select from registrations as r
    where r.tenant_id = t.tenant_id and ${isOneOf('r.application_id', applicationIds)}))`;
}

/** Tenants, and the registrations that come with them. */
export function createTenants(context: RecordsContext): Tenants {
  const { db, auditMacKey, sealer, clock } = context;

  async function keep(
    trx: Transaction<Database>,
    answer: AnswerToKeep | undefined,
    created: readonly RegistrationView[],
  ): Promise<void> {
    if (answer === undefined) return;
    await completeWithin(trx, sealer, answer, answer.status, answer.body(created));
  }

  async function withRegistrations(
    rows: readonly { tenant_id: string; name: string; created_at: Date }[],
    { applicationIds }: Visibility,
  ): Promise<TenantRecord[]> {
    const registrations = await db
      .selectFrom('registrations as r')
      .select(['r.tenant_id', 'r.registration_id', 'r.phase'])
      .where(
        isOneOf(
          'r.tenant_id',
          rows.map((row) => row.tenant_id),
        ),
      )
      .where(applicationIds === null ? sql<boolean>`true` : isOneOf('r.application_id', applicationIds))
      .orderBy('r.registration_id')
      .execute();
    return rows.map((row) => ({
      tenantId: row.tenant_id,
      name: row.name,
      createdAt: row.created_at.toISOString(),
      registrations: registrations
        .filter((registration) => registration.tenant_id === row.tenant_id)
        .map((registration) => ({ registrationId: registration.registration_id, phase: registration.phase })),
    }));
  }

  return {
    async createTenant({ tenantId, name, registrations }, actor, answer) {
      const at = toRfc3339(clock.now());
      const addition = { tenantId, registrations, at, actor };
      return db.transaction().execute(async (trx) => {
        const head = await lockChain(trx);
        const inserted = await trx
          .insertInto('tenants')
          .values({ tenant_id: tenantId, name: cleanText(name), created_at: at })
          .onConflict((conflict) => conflict.column('tenant_id').doNothing())
          .returning('tenant_id')
          .executeTakeFirst();
        if (inserted === undefined)
          throw new RecordsError('exists', `Tenant ${tenantId} exists already; add registrations to it.`, '/tenantId');
        // A tenant that was just inserted has no registration yet: none needs to be looked for.
        const tenant = { subjectKind: 'tenant', subjectId: tenantId } as const;
        const [last = 0, ...lastOfRegistrations] = await lastSequences(trx, [tenant, ...subjectsOf(addition)]);
        const { views, entries } = await insertRegistrations(context, trx, addition, lastOfRegistrations);
        const event = { type: 'tenant.created', message: 'The tenant was added.' } as const;
        const changes = { name: { from: null, to: name } };
        const entry = administrativeEntry({ ...tenant, ...event, at, actor, changes }, last + 1);
        await appendAudit(trx, head, [entry, ...entries], auditMacKey);
        await keep(trx, answer, views);
        return views;
      });
    },

    async addRegistrations(tenantId, registrations, actor, answer) {
      const at = toRfc3339(clock.now());
      const addition = { tenantId, registrations, at, actor };
      return db.transaction().execute(async (trx) => {
        const head = await lockChain(trx);
        const tenant = await trx
          .selectFrom('tenants')
          .select('tenant_id')
          .where('tenant_id', '=', tenantId)
          .executeTakeFirst();
        if (tenant === undefined) throw new RecordsError('not-found', `There is no tenant ${tenantId}.`);
        const subjects = subjectsOf(addition);
        await refuseExisting(trx, subjects);
        const sequences = await lastSequences(trx, subjects);
        const { views, entries } = await insertRegistrations(context, trx, addition, sequences);
        await appendAudit(trx, head, entries, auditMacKey);
        await keep(trx, answer, views);
        return views;
      });
    },

    async tenant(tenantId, visibility) {
      const row = await db
        .selectFrom('tenants as t')
        .selectAll()
        .where('t.tenant_id', '=', tenantId)
        .where(tenantVisible(visibility))
        .executeTakeFirst();
      const [tenant] = row === undefined ? [] : await withRegistrations([row], visibility);
      return tenant ?? null;
    },

    async tenants(visibility, page) {
      const cursor = decodeCursor(page.cursor, list, 'text');
      let query = db.selectFrom('tenants as t').selectAll().where(tenantVisible(visibility));
      if (cursor !== null) query = query.where('t.tenant_id', '>', cursor.id);
      const rows = await query
        .orderBy('t.tenant_id')
        .limit(page.limit + 1)
        .execute();
      const { items, ...rest } = toPage(
        rows,
        page,
        list,
        (row) => ({ value: null, id: row.tenant_id }),
        (row) => row,
      );
      return { items: await withRegistrations(items, visibility), ...rest };
    },

    async renameTenant(tenantId, name, actor = 'system') {
      const at = toRfc3339(clock.now());
      return db.transaction().execute(async (trx) => {
        const head = await lockChain(trx);
        const before = await trx
          .selectFrom('tenants')
          .select('name')
          .where('tenant_id', '=', tenantId)
          .executeTakeFirst();
        if (before === undefined) return false;
        if (before.name === cleanText(name)) return true;
        await trx
          .updateTable('tenants')
          .set({ name: cleanText(name) })
          .where('tenant_id', '=', tenantId)
          .execute();
        const event = { type: 'tenant.renamed', message: 'The tenant was renamed.' } as const;
        const changes = { name: { from: before.name, to: name } };
        const subject = { subjectKind: 'tenant', subjectId: tenantId } as const;
        await recordAudit(trx, head, { ...subject, ...event, at, actor, changes }, auditMacKey);
        return true;
      });
    },

    async removeTenant(tenantId, actor = 'system') {
      const at = toRfc3339(clock.now());
      return db.transaction().execute((trx) => removeTenantWithin(trx, auditMacKey, tenantId, at, actor));
    },
  };
}
