import { type RawBuilder, sql } from 'kysely';
import type { Page, PageRequest } from '../../../domain/ports/page.ts';
import { type Cursor, encodeCursor } from './cursor.ts';

/** How a list is sorted: by a column, then by id, both in the same direction. */
export interface Sorting {
  /** Goes into the cursor, so that a cursor of another sorting is refused. */
  readonly list: string;
  readonly column: string;
  readonly idColumn: string;
  readonly descending: boolean;
  /** Whether rows may have no value; they come last, in both directions. */
  readonly nullable?: boolean;
}

/** A stretch of a list that one scan of the index on (column, id) answers, in either direction. */
export interface Stretch {
  readonly where: RawBuilder<boolean>;
  readonly orderBy: RawBuilder<unknown>;
}

/**
 * The rest of a list behind a cursor, or all of it: the rows with a value, then those without one. Apart, because no
 * index is read backwards with what is null at its end, and the place in a list is a condition of an index only as one
 * comparison of rows.
 */
export function stretchesOf(cursor: Cursor | null, sorting: Sorting): readonly Stretch[] {
  const { column, idColumn, descending, nullable = false } = sorting;
  const [value, id] = [sql.ref(column), sql.ref(idColumn)];
  const direction = sql.raw(descending ? 'desc' : 'asc');
  const past: RawBuilder<unknown> = sql.raw(descending ? '<' : '>');
  const orderBy = column === idColumn ? sql`${id} ${direction}` : sql`${value} ${direction}, ${id} ${direction}`;
  const idBehind = cursor === null ? sql<boolean>`true` : sql<boolean>`${id} ${past} ${cursor.id}`;
  if (column === idColumn) return [{ where: idBehind, orderBy }];
  const without = { where: sql<boolean>`(${value} is null and ${idBehind})`, orderBy };
  if (cursor !== null && cursor.value === null) return [without];
  const place =
    cursor === null ? sql<boolean>`true` : sql<boolean>`(${value}, ${id}) ${past} (${cursor.value}, ${cursor.id})`;
  if (!nullable) return [{ where: place, orderBy }];
  const rest = { where: sql<boolean>`(${value} is null)`, orderBy };
  return [{ where: sql<boolean>`(${value} is not null and ${place})`, orderBy }, rest];
}

/** Reads stretches in order until there are enough rows. */
export async function readStretches<Row>(
  stretches: readonly Stretch[],
  enough: number,
  read: (stretch: Stretch, limit: number) => Promise<readonly Row[]>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const stretch of stretches) {
    if (rows.length < enough) rows.push(...(await read(stretch, enough - rows.length)));
  }
  return rows;
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
