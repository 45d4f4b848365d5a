import type { Look } from '../render.ts';
import type { Terminal } from '../terminal.ts';

/** How output looks on this terminal now. */
export function lookOf(terminal: Terminal): Look {
  return { columns: terminal.size().columns, colour: terminal.hasColour, now: terminal.now() };
}
