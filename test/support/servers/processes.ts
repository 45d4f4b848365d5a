import { type ChildProcess, spawn } from 'node:child_process';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A port on the loopback interface that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

export interface ServerProcess {
  readonly pid: number;
  /** The last 4000 characters of what it printed. */
  output(): string;
  /** Ends the whole process group: SIGTERM, after 10 seconds SIGKILL. */
  stop(): Promise<void>;
}

/**
 * Starts a server in a process group of its own. Should this process die in any way, kill -9 included, a watcher
 * that reads a pipe from it kills the group.
 */
export function startProcess(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): ServerProcess {
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4000);
    });
  child.once('error', (error) => {
    output += error.message;
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} does not start`);
  const watcher = watchOver(pid);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    pid,
    output: () => output,
    async stop() {
      signalGroup(pid, 'SIGTERM');
      const gone = await Promise.race([exited.then(() => true), delay(10_000, false, { ref: false })]);
      if (!gone) signalGroup(pid, 'SIGKILL');
      await exited;
      watcher.stdin?.end();
    },
  };
}

function watchOver(pid: number): ChildProcess {
  const watcher = spawn('/bin/sh', ['-c', 'read -r _; kill -KILL -- "-$1" 2>/dev/null', 'watcher', String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.stdin?.on('error', () => undefined);
  watcher.unref();
  return watcher;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Waits until `check` answers something. Rejects with the server's output when it died, or when `timeoutMs` is over.
 */
export async function untilReady<T>(
  check: () => Promise<T>,
  options: { server: ServerProcess | null; timeoutMs: number },
): Promise<T> {
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      const { server } = options;
      const dead = server !== null && !isAlive(server.pid);
      if (dead || Date.now() > deadline) {
        await server?.stop();
        const state = dead ? 'died' : `did not answer within ${options.timeoutMs / 1000} s`;
        throw new Error(`the server ${state} (${(error as Error).message})\n${server?.output() ?? ''}`);
      }
      await delay(200);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
