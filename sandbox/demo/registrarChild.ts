import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../../bin/registrar.js', import.meta.url));
const readyLine = /^Registrar is ready at (\S+)$/;

/** `registrar start` as a process of its own, as a newcomer would run it. */
export interface RegistrarChild {
  readonly url: string;
  readonly dataDirectory: string;
  /** File that takes its output from now on. */
  readonly logFile: string;
  /** Where the key is, unless the environment gave one. */
  readonly keyFile: string;
  administratorKey(): Promise<string>;
  /** Passes a signal on, as Ctrl-C would. */
  interrupt(): void;
  /** Its exit code, or 1 when a signal ended it. */
  readonly exited: Promise<number>;
}

/**
 * Starts it with a data directory of its own. What it prints goes to `print` until it is ready. Rejects with what it said
 * when it ends before. `onStart` gets the way to interrupt it at once.
 */
export async function startRegistrar(options: {
  /** Empty; takes the data directory and the log. */
  readonly directory: string;
  readonly allowedHosts: readonly string[];
  readonly print: (line: string) => void;
  readonly onStart: (interrupt: () => void) => void;
}): Promise<RegistrarChild> {
  const dataDirectory = join(options.directory, 'data');
  const keyFile = join(dataDirectory, 'admin-key');
  const logFile = join(options.directory, 'registrar.log');
  const child = spawn(process.execPath, [launcher, 'start'], {
    // Its own process group: the terminal's Ctrl-C reaches the demo alone, which passes it on once.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      REGISTRAR_DATA_DIR: dataDirectory,
      REGISTRAR_ALLOWED_HOSTS: options.allowedHosts.join(','),
    },
  });
  const interrupt = () => {
    child.kill('SIGINT');
  };
  options.onStart(interrupt);
  const exited = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : 1));
  const url = await untilReady(child, exited, logFile, options.print);
  return {
    url,
    dataDirectory,
    logFile,
    keyFile,
    administratorKey: async () => process.env['REGISTRAR_BOOTSTRAP_KEY'] ?? (await readFile(keyFile, 'utf8')).trim(),
    interrupt,
    exited,
  };
}

async function untilReady(
  child: ChildProcess,
  exited: Promise<number>,
  logFile: string,
  print: (line: string) => void,
): Promise<string> {
  const log = createWriteStream(logFile, { mode: 0o600 });
  const ready = Promise.withResolvers<string>();
  let quiet = false;
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`);
      // Log lines are for the file; progress and errors are for people.
      if (!quiet && !line.startsWith('{')) print(line);
      const url = readyLine.exec(line)?.[1];
      if (url === undefined) return;
      quiet = true;
      ready.resolve(url);
    });
  }
  void exited.then((code) => ready.reject(new Error(`registrar start ended with exit code ${code}`)));
  return await ready.promise;
}
