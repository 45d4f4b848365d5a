import { displayWidth, fitText } from './plainText.ts';

export interface Column<Row> {
  readonly name: string;
  /** Plain text of the cell. */
  readonly cell: (row: Row) => string;
  /** Colours a cell that has its final width already. */
  readonly paint?: (text: string, row: Row) => string;
  /** Columns with a higher number are left out first when the terminal is narrow; 0 stays always. */
  readonly dropFirst: number;
  /** Narrowest width before the next column is left out. */
  readonly least: number;
}

const gap = 2;

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Widths of the columns that fit into `columns` cells: whole where possible, then the widest are cut down. */
function fitWidths(natural: readonly number[], least: readonly number[], columns: number): number[] | null {
  const widths = [...natural];
  const space = columns - gap * (natural.length - 1);
  while (sum(widths) > space) {
    const widest = Math.max(...widths.map((width, index) => (width > (least[index] ?? 0) ? width : 0)));
    const index = widths.indexOf(widest);
    if (widest === 0 || index < 0) return null;
    widths[index] = widest - 1;
  }
  return widths;
}

/** Lines of a table with its head, fitted to `columns` cells. */
export function renderTable<Row>(all: readonly Column<Row>[], rows: readonly Row[], columns: number): string[] {
  let shown = [...all];
  for (;;) {
    const natural = shown.map((column) =>
      Math.max(displayWidth(column.name), ...rows.map((row) => displayWidth(column.cell(row)))),
    );
    const least = shown.map((column, index) => Math.min(column.least, natural[index] ?? 0));
    const widths = fitWidths(natural, least, columns);
    const optional = shown.filter((column) => column.dropFirst > 0);
    if (widths !== null || optional.length === 0) return draw(shown, rows, widths ?? least);
    const dropped = optional.reduce((one, other) => (other.dropFirst > one.dropFirst ? other : one));
    shown = shown.filter((column) => column !== dropped);
  }
}

function draw<Row>(columns: readonly Column<Row>[], rows: readonly Row[], widths: readonly number[]): string[] {
  const line = (texts: readonly string[]) => texts.join(' '.repeat(gap)).trimEnd();
  const head = line(columns.map((column, index) => fitText(column.name, widths[index] ?? 0)));
  return [
    head,
    ...rows.map((row) =>
      line(
        columns.map((column, index) => {
          const text = fitText(column.cell(row), widths[index] ?? 0);
          return column.paint?.(text, row) ?? text;
        }),
      ),
    ),
  ];
}
