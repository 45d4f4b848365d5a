import { createHash } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';

/**
 * Text that PostgreSQL can hold: no NUL and no lone surrogate. What a person or a peer wrote must not be able to stop
 * a record from being written.
 */
export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd');
}

/** A JSON value with every text cleaned and members that JSON cannot hold left out. */
export function cleanJson(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map((item) => cleanJson(item) ?? null);
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([name, member]) => [cleanText(name), cleanJson(member)]),
    );
  return value;
}

/** One text per JSON value, whatever the order of its members (a jsonb column does not keep it). */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** A value for a jsonb column. By way of text: drivers differ in what they make of arrays and strings. */
export function jsonb(value: unknown): RawBuilder<unknown> {
  return sql`${value === null || value === undefined ? null : JSON.stringify(cleanJson(value))}::text::jsonb`;
}

/** SHA-256 in hex. */
export function sha256(data: string): string {
  return createHash('sha256').update(data).digest('hex');
}
