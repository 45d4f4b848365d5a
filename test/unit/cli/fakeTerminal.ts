import type { Terminal } from '../../../cli/terminal.ts';

export interface FakeTerminal extends Terminal {
  readonly printed: string[];
  readonly notes: string[];
}

/** A terminal that remembers what it was given. */
export function fakeTerminal(
  settings: {
    readonly input?: string;
    readonly answer?: string;
    /** What is said to a question that is shown. */
    readonly said?: string;
    readonly environment?: Record<string, string>;
    readonly columns?: number;
    readonly signal?: AbortSignal;
  } = {},
): FakeTerminal {
  const printed: string[] = [];
  const notes: string[] = [];
  return {
    printed,
    notes,
    environment: { REGISTRAR_DATA_DIR: '/nonexistent/registrar', ...settings.environment },
    now: () => Date.parse('2026-11-21T12:00:00Z'),
    out: (line) => printed.push(line),
    note: (line) => notes.push(line),
    write: (text) => printed.push(text),
    isInteractive: settings.columns !== undefined,
    hasColour: false,
    size: () => ({ columns: settings.columns ?? Number.POSITIVE_INFINITY, rows: 24 }),
    onResize: () => () => undefined,
    readInput: async () => settings.input ?? '',
    askSecret: async () => settings.answer ?? null,
    ask: async () => settings.said ?? null,
    signal: settings.signal ?? new AbortController().signal,
  };
}
