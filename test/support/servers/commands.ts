import { execFile, spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { NotHere, type Progress } from './catalog.ts';

/** Where fetched servers rest, outside the repository. */
export function cacheFolder(): string {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'registrar-test');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Absolute path of a command on the PATH, or null. */
export function which(command: string): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, command)).find(isExecutable) ?? null;
}

/** Like {@link which}, for a command without which a way is closed. */
export function need(command: string): string {
  const path = which(command);
  if (path === null) throw new NotHere(`${command} is not installed`);
  return path;
}

/** Standard output of a quick command. Rejects on a non-zero exit code and after `timeoutMs`. */
export function outputOf(command: string, args: readonly string[], timeoutMs = 30_000): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { timeout: timeoutMs, encoding: 'utf8' }, (error, stdout) => {
      if (error) reject(error);
      else resolve(stdout);
    });
  });
}

/**
 * Runs a long command, saying every 15 seconds that it still works. Rejects with the last lines of its output
 * when it fails or takes longer than `timeoutMs`.
 */
export function runShown(
  command: string,
  args: readonly string[],
  options: { progress: Progress; what: string; env?: NodeJS.ProcessEnv; timeoutMs?: number },
): Promise<void> {
  const { progress, what } = options;
  progress(`${what}: ${command} ${args.join(' ')}`);
  return new Promise((resolve, reject) => {
    const startedAt = Date.now();
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
      timeout: options.timeoutMs ?? 20 * 60_000,
      killSignal: 'SIGKILL',
    });
    let tail = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        tail = (tail + text).slice(-2000);
      });
    const seconds = () => Math.round((Date.now() - startedAt) / 1000);
    const heartbeat = setInterval(() => progress(`${what}: ${seconds()} s`), 15_000);
    child.once('error', (error) => {
      clearInterval(heartbeat);
      reject(error);
    });
    child.once('close', (code, signal) => {
      clearInterval(heartbeat);
      if (code === 0) {
        progress(`${what}: done in ${seconds()} s`);
        resolve();
      } else
        reject(new NotHere(`${what} failed (${signal ?? `exit code ${code}`}): ${tail.trim().split('\n').at(-1)}`));
    });
  });
}

let aptQueue: Promise<unknown> = Promise.resolve();
let aptUpdated = false;

/** Installs Debian packages, one call at a time. Closed for everybody but root on Debian. */
export function aptInstall(packages: readonly string[], progress: Progress): Promise<void> {
  const install = async () => {
    if (process.getuid?.() !== 0) throw new NotHere('Debian packages need root');
    const apt = need('apt-get');
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    if (!aptUpdated) {
      await runShown(apt, ['update', '-qq'], { progress, what: 'reading the list of Debian packages', env });
      aptUpdated = true;
    }
    await runShown(apt, ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
      progress,
      what: `installing ${packages.join(', ')}`,
      env,
    });
  };
  const turn = aptQueue.then(install, install);
  aptQueue = turn.catch(() => undefined);
  return turn;
}

/** Makes sure that commands exist, by their Debian packages where they do not. */
export async function needCommands(packages: Readonly<Record<string, string>>, progress: Progress): Promise<void> {
  const missing = Object.entries(packages).filter(([command]) => which(command) === null);
  if (missing.length === 0) return;
  const names = missing.map(([command]) => command).join(', ');
  try {
    await aptInstall([...new Set(missing.map(([, name]) => name))], progress);
  } catch (error) {
    throw new NotHere(`${names} missing: ${(error as Error).message}`);
  }
}
