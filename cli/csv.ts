import { plainText } from './plainText.ts';

/** A column of a CSV file: its name in the first line, and its value for a row; null is an empty cell. */
export type CsvColumn<Row> = readonly [name: string, value: (row: Row) => string | number | null | undefined];

/** What spreadsheets take for the beginning of a formula, also after blanks and in full width. */
const formula = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/u;

/**
 * Rows as CSV (RFC 4180): a line of names, every cell quoted, lines that end with CR LF. A cell is plain text of one
 * line; one that a spreadsheet would run as a formula gets a leading apostrophe (OWASP, CSV Injection).
 */
export function csvText<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string {
  const lines = [columns.map(([name]) => name), ...rows.map((row) => columns.map(([, value]) => value(row)))];
  return lines.map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('');
}

function cellOf(value: string | number | null | undefined): string {
  if (typeof value === 'number') return `"${value}"`;
  return `"${harmlessCell(value ?? '').replaceAll('"', '""')}"`;
}

/** The text of a cell before it is quoted. A tab and a line break become a space, other control characters vanish. */
export function harmlessCell(text: string): string {
  const plain = plainText(text);
  return formula.test(plain) ? `'${plain}` : plain;
}
