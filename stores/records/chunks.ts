/** Below the 65,535 parameters of one statement, whatever the table. */
const rowsPerStatement = 500;

/** Runs a statement for some rows at a time, in order; for no row at all it does not run. */
export async function inChunks<Row>(
  rows: readonly Row[],
  run: (some: readonly Row[]) => Promise<unknown>,
): Promise<void> {
  for (let start = 0; start < rows.length; start += rowsPerStatement)
    await run(rows.slice(start, start + rowsPerStatement));
}
