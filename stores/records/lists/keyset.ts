import { type RawBuilder, sql } from 'kysely';
import type { Page, PageRequest } from '../../../domain/ports/page.ts';
import { type Cursor, encodeCursor } from './cursor.ts';

/** How a list is sorted: by a column (null last), then by id, both in the same direction. */
export interface Sorting {
  /** Goes into the cursor, so that a cursor of another sorting is refused. */
  readonly list: string;
  readonly column: string;
  readonly idColumn: string;
  readonly descending: boolean;
}

/** `order by` expression of a sorting. */
export function orderOf({ column, idColumn, descending }: Sorting): RawBuilder<unknown> {
  const direction = sql.raw(descending ? 'desc' : 'asc');
  return sql`${sql.ref(column)} ${direction} nulls last, ${sql.ref(idColumn)} ${direction}`;
}

/** Condition for the rows behind a cursor. */
export function behind(cursor: Cursor, { column, idColumn, descending }: Sorting): RawBuilder<boolean> {
  const value = sql.ref(column);
  const id = sql.ref(idColumn);
  const past: RawBuilder<unknown> = sql.raw(descending ? '<' : '>');
  if (cursor.value === null) return sql<boolean>`(${value} is null and ${id} ${past} ${cursor.id})`;
  return sql<boolean>`(${value} ${past} ${cursor.value}
    or (${value} = ${cursor.value} and ${id} ${past} ${cursor.id}) or ${value} is null)`;
}

/** Makes a page of rows of which one more than `limit` was asked for. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  { limit }: PageRequest,
  list: string,
  keyOf: (row: Row) => { readonly value: string | null; readonly id: string },
  toItem: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const items = shown.map(toItem);
  const last = shown.at(-1);
  if (rows.length <= limit || last === undefined) return { items };
  return { items, nextCursor: encodeCursor({ list, ...keyOf(last) }) };
}

/** `column in (…)`, which is false for an empty list. */
export function isOneOf(column: string, values: readonly string[]): RawBuilder<boolean> {
  if (values.length === 0) return sql<boolean>`false`;
  return sql<boolean>`${sql.ref(column)} in (${sql.join([...values])})`;
}
