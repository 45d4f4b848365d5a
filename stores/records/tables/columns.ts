import type { ColumnType } from 'kysely';

/** Read as Date, written as RFC 3339 UTC text. All times have milliseconds. */
export type Time = ColumnType<Date, string, string>;
export type OptionalTime = ColumnType<Date | null, string | null | undefined, string | null>;
/** Null unless it is given. */
export type Optional<Value> = ColumnType<Value | null, Value | null | undefined, Value | null>;
/** Read as its value; written only by `jsonb()` of json.ts. */
export type Json = ColumnType<unknown, unknown, unknown>;
