import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import type { Clock } from '../domain/time/clock.ts';
import { badInput, failed } from './errors.ts';

/** What a command touches of the process that runs it. */
export interface Terminal extends Clock {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Result: a line of standard output. */
  out(line: string): void;
  /** Remark: a line of standard error. */
  note(line: string): void;
  /** Text as it is, to standard output; for redrawing. */
  write(text: string): void;
  /** Whether standard output is a terminal. */
  readonly isInteractive: boolean;
  readonly hasColour: boolean;
  /** Size of the terminal in cells at this moment; unbounded where there is none. */
  size(): { readonly columns: number; readonly rows: number };
  onResize(listener: () => void): () => void;
  /** Standard input to its end, or a rejection when it is a terminal that nobody is asked at. */
  readInput(what: string): Promise<string>;
  /** Asks for a secret without showing it. Null when there is no terminal to ask at. */
  askSecret(question: string): Promise<string | null>;
  /** Asks for what may be shown. Null when there is no terminal to ask at. */
  ask(question: string): Promise<string | null>;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

async function askSecret(question: string): Promise<string | null> {
  if (!process.stdin.isTTY) return null;
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      reader.question('', resolve);
      reader.once('SIGINT', () => reject(failed('Cancelled.')));
      reader.once('close', () => reject(failed('Nothing was entered.')));
    });
  } finally {
    reader.removeAllListeners('close');
    reader.close();
    process.stderr.write('\n');
  }
}

async function ask(question: string): Promise<string | null> {
  if (!process.stdin.isTTY) return null;
  const reader = createInterface({ input: process.stdin, output: process.stderr, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      reader.question(question, resolve);
      reader.once('SIGINT', () => reject(failed('Cancelled.')));
      reader.once('close', () => reject(failed('Nothing was entered.')));
    });
  } finally {
    reader.removeAllListeners('close');
    reader.close();
  }
}

/** The terminal of this process. Takes over SIGINT and SIGTERM when `signal` is first asked for. */
export function processTerminal(): Terminal {
  let ending: AbortController | null = null;
  return {
    environment: process.env,
    now: () => Date.now(),
    out: (line) => void process.stdout.write(`${line}\n`),
    note: (line) => void process.stderr.write(`${line}\n`),
    write: (text) => void process.stdout.write(text),
    isInteractive: process.stdout.isTTY === true,
    hasColour: process.stdout.isTTY === true && process.stdout.hasColors(),
    size: () => ({
      columns: process.stdout.isTTY === true ? process.stdout.columns : Number.POSITIVE_INFINITY,
      rows: process.stdout.isTTY === true ? process.stdout.rows : Number.POSITIVE_INFINITY,
    }),
    onResize(listener) {
      process.stdout.on('resize', listener);
      return () => process.stdout.off('resize', listener);
    },
    async readInput(what) {
      if (process.stdin.isTTY)
        throw badInput(what, 'standard input is a terminal', `Pipe the ${what} in, such as: cat FILE | registrar …`);
      return readText(process.stdin);
    },
    askSecret,
    ask,
    get signal() {
      if (ending === null) {
        const controller = new AbortController();
        ending = controller;
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
      }
      return ending.signal;
    },
  };
}
