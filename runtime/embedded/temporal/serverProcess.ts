import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isRunning, type ProcessIdentity, signalProcess } from '../processIdentity.ts';
import { forgetIdentity, identifyAndBecome, identityPath, readIdentity } from './childRecord.ts';
import { temporalDirectory } from './command.ts';
import { boundServerLog, openServerLog } from './serverLog.ts';

const pollMilliseconds = 25;
const identifyMilliseconds = 10_000;

/** Where the child's output goes. */
export function serverLogPath(dataDir: string): string {
  return join(temporalDirectory(dataDir), 'server.log');
}

/** Only what a program needs to run: our own variables hold secrets. */
function childEnvironment(): Record<string, string> {
  const entries = ['PATH', 'HOME', 'TMPDIR', 'TZ'].map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
}

/**
 * Starts the server in a process group and session of its own, so that neither Ctrl-C nor our death reaches it.
 * Resolves once it has written who it is; rejects when it ended before.
 */
export async function launchServer(dataDir: string, command: readonly string[]): Promise<ProcessIdentity> {
  await forgetIdentity(dataDir);
  const path = serverLogPath(dataDir);
  await boundServerLog(path);
  const log = await openServerLog(path);
  try {
    const child = spawn('/bin/sh', ['-c', identifyAndBecome, 'sh', identityPath(dataDir), ...command], {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: childEnvironment(),
      cwd: temporalDirectory(dataDir),
    });
    let ended = false;
    child.on('error', () => {
      ended = true;
    });
    child.on('exit', () => {
      ended = true;
    });
    child.unref();
    const deadline = performance.now() + identifyMilliseconds;
    while (performance.now() < deadline) {
      const identity = await readIdentity(dataDir);
      if (identity !== null) return identity;
      if (ended) break;
      await delay(pollMilliseconds);
    }
    throw new Error('the embedded Temporal server did not start');
  } finally {
    await log.close();
  }
}

/** Resolves with true once the process has ended, with false when it still runs after the time. */
async function waitUntilEnded(identity: ProcessIdentity, milliseconds: number): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while (await isRunning(identity)) {
    if (performance.now() >= deadline) return false;
    await delay(pollMilliseconds);
  }
  return true;
}

/** Ends the server: SIGTERM, and SIGKILL after the grace. Resolves when it has ended. */
export async function endServer(dataDir: string, identity: ProcessIdentity, graceMilliseconds: number): Promise<void> {
  await signalProcess(identity, 'SIGTERM');
  if (!(await waitUntilEnded(identity, graceMilliseconds))) {
    await signalProcess(identity, 'SIGKILL');
    await waitUntilEnded(identity, graceMilliseconds);
  }
  await forgetIdentity(dataDir);
}
