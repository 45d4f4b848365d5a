import { type RawBuilder, sql } from 'kysely';
import type { RegistrationFilter, RegistrationList } from '../../../domain/ports/lists/registrations.ts';
import { RecordsError } from '../../../domain/ports/recordsError.ts';
import type { RecordsContext } from '../context.ts';
import { cleanText } from '../json.ts';
import { lastProof, newestOwnRevision, newestRevision, shownView } from '../registrations/desired.ts';
import { issKey } from '../registrations/iss.ts';
import { decodeCursor } from './cursor.ts';
import { readStretches, type Sorting, stretchesOf, toPage } from './keyset.ts';
import { visibleIn } from './visibility.ts';

const columns = {
  registrationId: 'registration_id',
  expiresAt: 'expires_at',
  rotationDueAt: 'rotation_due_at',
  changedAt: 'changed_at',
} as const;
type SortName = keyof typeof columns;
const isSortName = (name: string): name is SortName => Object.hasOwn(columns, name);

function sortingOf(sort: string): Sorting & { readonly name: SortName } {
  const descending = sort.startsWith('-');
  const name = descending ? sort.slice(1) : sort;
  if (!isSortName(name))
    throw new RecordsError('invalid-sort', `Sort by one of ${Object.keys(columns).join(', ')}, with or without "-".`);
  const list = `registrations:${sort}`;
  const nullable = name === 'expiresAt' || name === 'rotationDueAt';
  return { name, list, column: `r.${columns[name]}`, idColumn: 'r.registration_id', descending, nullable };
}

/** Case-insensitive substring; `strpos` has no wildcards that would need escaping. */
function containing(text: string): RawBuilder<boolean> {
  const wanted = sql`lower(${cleanText(text)}::text)`;
  return sql<boolean>`(strpos(lower(r.registration_id), ${wanted}) > 0 or strpos(lower(r.fhir_base_url), ${wanted}) > 0
    or exists (select from tenants as t where t.tenant_id = r.tenant_id and strpos(lower(t.name), ${wanted}) > 0))`;
}

function conditionsOf(filter: RegistrationFilter): RawBuilder<boolean>[] {
  const conditions: RawBuilder<boolean>[] = [];
  const equal = (column: string, value: string | boolean | undefined) => {
    const wanted = typeof value === 'string' ? cleanText(value) : value;
    if (wanted !== undefined) conditions.push(sql<boolean>`${sql.ref(column)} = ${wanted}`);
  };
  equal('r.phase', filter.phase);
  equal('r.credential_health', filter.credentialHealth);
  equal('r.needs_attention', filter.needsAttention);
  equal('r.application_id', filter.applicationId);
  equal('r.environment', filter.environment);
  equal('r.tenant_id', filter.tenantId);
  equal('r.iss_key', filter.iss === undefined ? undefined : issKey(filter.iss));
  if (filter.q !== undefined && filter.q !== '') conditions.push(containing(filter.q));
  return conditions;
}

/** The read model of registrations. */
export function createRegistrations({ db }: RecordsContext): RegistrationList {
  return {
    async registration(registrationId, visibility) {
      const row = await db
        .selectFrom('registrations as r')
        .select(['r.view', newestRevision, newestOwnRevision, lastProof])
        .where('r.registration_id', '=', cleanText(registrationId))
        .where(visibleIn('r', visibility))
        .executeTakeFirst();
      return row === undefined ? null : shownView(row);
    },

    async registrations(filter, visibility, page) {
      const { name, ...sorting } = sortingOf(filter.sort ?? 'registrationId');
      const cursor = decodeCursor(page.cursor, sorting.list, name === 'registrationId' ? 'text' : 'time');
      let query = db
        .selectFrom('registrations as r')
        .select([
          'r.registration_id',
          'r.expires_at',
          'r.rotation_due_at',
          'r.changed_at',
          'r.view',
          newestRevision,
          newestOwnRevision,
          lastProof,
        ])
        .where(visibleIn('r', visibility));
      for (const condition of conditionsOf(filter)) query = query.where(condition);
      const rows = await readStretches(stretchesOf(cursor, sorting), page.limit + 1, (stretch, limit) =>
        query.where(stretch.where).orderBy(stretch.orderBy).limit(limit).execute(),
      );
      return toPage(
        rows,
        page,
        sorting.list,
        (row) => {
          const value = row[columns[name]];
          return { value: value instanceof Date ? value.toISOString() : value, id: row.registration_id };
        },
        shownView,
      );
    },
  };
}
