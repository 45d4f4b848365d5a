import { setTimeout as delay } from 'node:timers/promises';
import { makePrivateDirectory } from '../../files.ts';
import type { Log } from '../../log/log.ts';
import { findFreePort, isPortFree } from '../freePort.ts';
import { isRunning, type ProcessIdentity } from '../processIdentity.ts';
import { waitUntilAnswering } from './answering.ts';
import { readChildRecord, readIdentity, writeChildRecord } from './childRecord.ts';
import { serverCommand, temporalDirectory, temporalHost } from './command.ts';
import { boundServerLog } from './serverLog.ts';
import { endServer, launchServer, serverLogPath } from './serverProcess.ts';

/** The embedded server does not run. The message says where to look. */
export class TemporalChildError extends Error {
  override readonly name = 'TemporalChildError';
}

/** Milliseconds; tests make them short. */
export interface ChildTimes {
  /** How long a server may take until it answers. */
  readonly answer: number;
  /** How long it may take to end after SIGTERM. */
  readonly stop: number;
  /** How often it is looked after. */
  readonly watch: number;
  /** First and longest pause before a dead server is started again; doubles in between. */
  readonly firstPause: number;
  readonly longestPause: number;
}

const usualTimes: ChildTimes = { answer: 60_000, stop: 10_000, watch: 500, firstPause: 250, longestPause: 30_000 };

/** The embedded Temporal server, kept running until it is stopped. */
export interface TemporalChild {
  /** `127.0.0.1:port`; stays the same while Registrar runs, and over restarts when the port is free. */
  readonly address: string;
  /** Whether it survived an earlier Registrar and was taken over. */
  readonly adopted: boolean;
  /** Process id of the server that runs now; null while it is being started again. */
  pid(): number | null;
  /** Calls back each time the server has died by itself; it is started again on the same port. */
  onExit(listener: () => void): void;
  /** Ends the server. Everything that uses it must have ended before. */
  stop(): Promise<void>;
}

export interface ChildOptions {
  readonly binary: string;
  /** Locked by us: only one process may look after the server. */
  readonly dataDir: string;
  readonly log: Log;
  readonly times?: Partial<ChildTimes>;
  /** Ends the wait for the first answer; the server is ended too. */
  readonly signal?: AbortSignal;
}

async function choosePort(dataDir: string, log: Log): Promise<number> {
  const record = await readChildRecord(dataDir);
  if (record === null) return findFreePort();
  if (await isPortFree(record.port)) return record.port;
  log.warn('temporal.port-taken', { port: record.port });
  return findFreePort();
}

/** The server of an earlier Registrar when it still runs as we would start it and answers; otherwise it is ended. */
async function adopt(
  options: ChildOptions,
  times: ChildTimes,
): Promise<{ identity: ProcessIdentity; port: number } | null> {
  const { binary, dataDir, log } = options;
  const [record, identity] = await Promise.all([readChildRecord(dataDir), readIdentity(dataDir)]);
  if (record === null || identity === null || !(await isRunning(identity))) return null;
  const { port } = record;
  const sameCommand = JSON.stringify(record.command) === JSON.stringify(serverCommand(binary, dataDir, port));
  const isWorthwhile = async () => options.signal?.aborted !== true && (await isRunning(identity));
  const address = `${temporalHost}:${port}`;
  if (sameCommand && (await waitUntilAnswering(address, { milliseconds: times.answer, isWorthwhile }))) {
    log.info('temporal.adopted', { pid: identity.pid, port });
    return { identity, port };
  }
  log.warn('temporal.replacing', { pid: identity.pid, port });
  await endServer(dataDir, identity, times.stop);
  return null;
}

/** Starts a server on the port and waits until it answers; ends it and rejects when it does not. */
async function startOn(options: ChildOptions, times: ChildTimes, port: number): Promise<ProcessIdentity> {
  const { binary, dataDir, log } = options;
  const command = serverCommand(binary, dataDir, port);
  await writeChildRecord(dataDir, { port, command });
  const identity = await launchServer(dataDir, command);
  const isWorthwhile = async () => options.signal?.aborted !== true && (await isRunning(identity));
  const address = `${temporalHost}:${port}`;
  if (await waitUntilAnswering(address, { milliseconds: times.answer, isWorthwhile })) {
    log.info('temporal.started', { pid: identity.pid, port });
    return identity;
  }
  await endServer(dataDir, identity, times.stop);
  throw new TemporalChildError(
    `The embedded Temporal server does not answer on ${address}. Its log is ${serverLogPath(dataDir)}.`,
  );
}

/**
 * Takes over the server that survived an earlier Registrar, or starts one, waits until it answers, and keeps it running
 * on the same port. Rejects with {@link TemporalChildError}, and when the signal ends the wait; no server is left then.
 */
export async function startTemporalChild(options: ChildOptions): Promise<TemporalChild> {
  const { dataDir, log } = options;
  const times = { ...usualTimes, ...options.times };
  await makePrivateDirectory(temporalDirectory(dataDir));
  const survivor = await adopt(options, times);
  options.signal?.throwIfAborted();
  const port = survivor?.port ?? (await choosePort(dataDir, log));
  let current: ProcessIdentity | null = survivor?.identity ?? (await startOn(options, times, port));
  const listeners: (() => void)[] = [];
  const stopping = new AbortController();
  // A stop during a restart must not leave behind the server that is just being started.
  const watched: ChildOptions = { ...options, signal: stopping.signal };

  async function pause(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
  }

  async function restart(): Promise<void> {
    for (let wait = times.firstPause; !stopping.signal.aborted; wait = Math.min(2 * wait, times.longestPause)) {
      await pause(wait);
      if (stopping.signal.aborted) return;
      try {
        current = await startOn(watched, times, port);
        return;
      } catch (error) {
        log.error('temporal.restart-failed', { port, delayMilliseconds: wait }, error);
      }
    }
  }

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      await pause(times.watch);
      try {
        await boundServerLog(serverLogPath(dataDir));
        if (stopping.signal.aborted || (current !== null && (await isRunning(current)))) continue;
        log.error('temporal.died', { port });
        current = null;
        for (const listener of listeners) listener();
        await restart();
      } catch (error) {
        log.error('temporal.watch-failed', { port }, error);
      }
    }
  }

  const watching = watch();
  return {
    address: `${temporalHost}:${port}`,
    adopted: survivor !== null,
    pid: () => current?.pid ?? null,
    onExit: (listener) => void listeners.push(listener),
    async stop() {
      stopping.abort();
      await watching;
      if (current === null) return;
      const { pid } = current;
      await endServer(dataDir, current, times.stop);
      current = null;
      log.info('temporal.stopped', { pid, port });
    },
  };
}
