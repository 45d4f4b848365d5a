/** Said whatever the outcome: figures belong into the closing note of an issue. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
