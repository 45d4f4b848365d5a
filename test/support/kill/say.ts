import { appendFileSync } from 'node:fs';

/** Said whatever the outcome: figures belong into the closing note of an issue, and into the summary of a soak. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
  const file = process.env['TEST_SAID_FILE'];
  if (file !== undefined) appendFileSync(file, `${line}\n`);
}
