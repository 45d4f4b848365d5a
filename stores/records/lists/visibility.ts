import { type RawBuilder, sql } from 'kysely';
import type { Visibility } from '../../../domain/ports/visibility.ts';
import { isOneOf } from './keyset.ts';

/** Condition for the rows that a caller may see, by the tenant and application columns of a table. */
export function visibleIn(table: string, { tenantIds, applicationIds }: Visibility): RawBuilder<boolean> {
  const bounds = [
    tenantIds === null ? null : isOneOf(`${table}.tenant_id`, tenantIds),
    applicationIds === null ? null : isOneOf(`${table}.application_id`, applicationIds),
  ].filter((bound) => bound !== null);
  return bounds.length === 0 ? sql<boolean>`true` : sql<boolean>`(${sql.join(bounds, sql` and `)})`;
}
