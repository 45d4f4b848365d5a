import type { Transaction } from 'kysely';
import { RecordsError } from '../../../domain/ports/recordsError.ts';
import { lockChain, recordAudit } from '../audit/append.ts';
import type { Mac } from '../audit/chain.ts';
import type { Database } from '../schema.ts';

/** Deletes a tenant with its retired registrations and their ledgers. Audit and orphans stay. */
export async function removeTenantWithin(
  trx: Transaction<Database>,
  mac: Mac,
  tenantId: string,
  at: string,
  actor: string,
): Promise<boolean> {
  const head = await lockChain(trx);
  const tenant = await trx.selectFrom('tenants').select('name').where('tenant_id', '=', tenantId).executeTakeFirst();
  if (tenant === undefined) return false;
  const registrations = await trx
    .selectFrom('registrations')
    .select(['registration_id', 'phase'])
    .where('tenant_id', '=', tenantId)
    .execute();
  const left = registrations.filter(({ phase }) => phase !== 'retired').length;
  if (left > 0)
    throw new RecordsError(
      'not-empty',
      `Tenant ${tenantId} has ${left} registrations that are not retired; retire them first.`,
    );
  const ofTenant = trx.selectFrom('registrations').select('registration_id').where('tenant_id', '=', tenantId);
  const unsettled = await trx
    .selectFrom('intents')
    .select('intent_id')
    .where('registration_id', 'in', ofTenant)
    .where('state', '!=', 'settled')
    .executeTakeFirst();
  if (unsettled !== undefined)
    throw new RecordsError('not-empty', `Tenant ${tenantId} has a request that is not settled yet; try again later.`);
  for (const ledger of ['intents', 'management_tokens', 'entering_secrets', 'discovery_headers'] as const)
    await trx.deleteFrom(ledger).where('registration_id', 'in', ofTenant).execute();
  await trx.deleteFrom('registrations').where('tenant_id', '=', tenantId).execute();
  await trx.deleteFrom('tenants').where('tenant_id', '=', tenantId).execute();
  const event = { type: 'tenant.removed', message: 'The tenant was removed.' } as const;
  const changes = { name: { from: tenant.name, to: null } };
  await recordAudit(trx, head, { subjectKind: 'tenant', subjectId: tenantId, ...event, at, actor, changes }, mac);
  return true;
}
