import type { Terminal } from '../terminal.ts';

/** What every command gets from the program. */
export interface Context {
  readonly terminal: Terminal;
  /** Sets the exit code of the run. */
  finish(exitCode: number): void;
}

/** Prints a value as JSON on standard output. */
export function printJson(terminal: Terminal, value: unknown): void {
  terminal.out(JSON.stringify(value, null, 2));
}
