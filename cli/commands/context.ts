import type { Terminal } from '../terminal.ts';

/** What every command gets from the program. */
export interface Context {
  readonly terminal: Terminal;
  /** Sets the exit code of the run. */
  finish(exitCode: number): void;
}

/**
 * Prints a value as JSON on standard output. What could steer the terminal (DEL, C1, format characters) is written as
 * `\u` escape: the same JSON to a program.
 */
export function printJson(terminal: Terminal, value: unknown): void {
  terminal.out(JSON.stringify(value, null, 2).replace(/[\u007f-\u009f\u2028\u2029\p{Cf}]/gu, escaped));
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
