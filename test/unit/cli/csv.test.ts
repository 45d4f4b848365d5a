import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvText, harmlessCell } from '../../../cli/csv.ts';

/** Reads RFC 4180 as a spreadsheet does; throws where a file is not well-formed. Written without a look at the writer. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let at = 0;
  while (at < text.length) {
    const row: string[] = [];
    for (;;) {
      if (text[at] !== '"') throw new Error(`no quote at ${at}`);
      let cell = '';
      for (at += 1; ; at += 1) {
        if (at >= text.length) throw new Error('an open quote');
        if (text[at] !== '"') cell += text[at];
        else if (text[at + 1] === '"') {
          cell += '"';
          at += 1;
        } else break;
      }
      row.push(cell);
      at += 1;
      if (text[at] !== ',') break;
      at += 1;
    }
    if (text.slice(at, at + 2) !== '\r\n') throw new Error(`no line end at ${at}`);
    at += 2;
    rows.push(row);
  }
  return rows;
}

const one = [['text', (text: string) => text]] as const;
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(
      fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '"', ',', ';', ' ', "'", '\u001b[31m', '\u202e', '＝', 'a'),
    )
    .map((parts) => parts.join('')),
);

describe('CSV', () => {
  it.each([
    [`=cmd|'/c calc'!A1`, `'=cmd|'/c calc'!A1`],
    ['@SUM(1+1)*cmd', `'@SUM(1+1)*cmd`],
    ['+1+2', `'+1+2`],
    ['-2+3', `'-2+3`],
    ['\t=1+1', `' =1+1`],
    ['\r=1+1', `' =1+1`],
    ['\u200b=1+1', `'=1+1`],
    ['\u001b[31m=1+1', `'=1+1`],
    ['＝1+1', `'＝1+1`],
    ['a=1', 'a=1'],
    ['', ''],
  ])('%j becomes %j', (text, cell) => {
    expect(harmlessCell(text)).toBe(cell);
    expect(readCsv(csvText(one, [text]))).toEqual([['text'], [cell]]);
  });

  it('keeps quotes, commas and semicolons in their cell, and numbers as they are', () => {
    const columns = [
      ['a', (row: { a: string; b: number | null }) => row.a],
      ['b', (row: { a: string; b: number | null }) => row.b],
    ] as const;
    expect(
      csvText(columns, [
        { a: '";=1, "x"', b: -4 },
        { a: '', b: null },
      ]),
    ).toBe('"a","b"\r\n""";=1, ""x""","-4"\r\n"",""\r\n');
  });

  it('is well-formed whatever the cells, with none that begins a formula or steers a terminal', () => {
    const columns = [0, 1, 2].map((index) => [`c${index}`, (row: string[]) => row[index]] as const);
    fc.assert(
      fc.property(fc.array(fc.tuple(hostile, hostile, hostile)), (rows) => {
        const [head, ...read] = readCsv(csvText(columns, rows));
        expect(head).toEqual(['c0', 'c1', 'c2']);
        expect(read).toEqual(rows.map((row) => row.map(harmlessCell)));
        for (const cell of read.flat()) {
          expect(cell).not.toMatch(/^[\s]*[=+\-@\t\r\n]/);
          expect(cell).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        }
      }),
    );
  });
});
