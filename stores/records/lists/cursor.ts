import { Buffer } from 'node:buffer';
import { RecordsError } from '../../../domain/ports/recordsError.ts';

/** Where a page ended: the list it belongs to, the value it is sorted by (null sorts last), and the row's id. */
export interface Cursor {
  readonly list: string;
  readonly value: string | null;
  readonly id: string;
}

const maxLength = 2000;

const refused = () =>
  new RecordsError('invalid-cursor', 'The cursor is not one that this list gave; leave it out to start over.');

/** Opaque text for the caller to hand back. */
export function encodeCursor({ list, value, id }: Cursor): string {
  return Buffer.from(JSON.stringify([list, value, id]), 'utf8').toString('base64url');
}

function parse(text: string): unknown {
  if (text.length > maxLength || !/^[\w-]+$/.test(text)) return null;
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}

const isPlain = (part: unknown): part is string =>
  typeof part === 'string' && part.isWellFormed() && !part.includes('\u0000');

/**
 * Reads a cursor of one list. Throws RecordsError `invalid-cursor` for anything else, so that a made-up value never
 * reaches the database.
 */
export function decodeCursor(text: string | undefined, list: string, kind: 'text' | 'time' | 'number'): Cursor | null {
  if (text === undefined) return null;
  const parts = parse(text);
  if (!Array.isArray(parts) || parts.length !== 3) throw refused();
  const [givenList, value, id] = parts as unknown[];
  if (givenList !== list || !isPlain(id) || !(value === null || isPlain(value))) throw refused();
  if (value === null && kind !== 'number') return { list, value, id };
  if (value === null) throw refused();
  if (kind === 'time' && !isTime(value)) throw refused();
  if (kind === 'number' && !/^\d{1,15}$/.test(value)) throw refused();
  return { list, value, id };
}

function isTime(value: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) && !Number.isNaN(Date.parse(value));
}
