import type { Log } from './log/log.ts';

/** What of `process` a shutdown needs; given by tests. */
export interface ShutdownProcess {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  exit(code: number): void;
}

/** Ends one part of the process. Runs after every part that was added later has ended. */
export type Closer = () => void | Promise<void>;

export interface Shutdown {
  /** Aborted by the first signal or {@link begin}: whoever waits for something long during the start stops waiting. */
  readonly signal: AbortSignal;
  /** Adds a part. The last one added is closed first, as parts rest on those added before them. */
  add(name: string, close: Closer): void;
  /** Shuts down as the first signal does; with an error the exit code is 1. Resolves when every closer has run. */
  begin(error?: unknown): Promise<void>;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const satisfies readonly NodeJS.Signals[];
/** What is added to the grace before the process is ended by force (DESIGN section 5). */
const reserveMilliseconds = 10_000;
const exitForced = 1;
const exitInterrupted = 130;

/**
 * Handles SIGINT, SIGTERM and SIGHUP: the first runs the closers and exits 0 (1 when one failed); a second exits 130 at
 * once; `graceMilliseconds` plus ten seconds after the first the process exits 1 whatever still runs.
 *
 * @param options.graceMilliseconds must exceed the longest request plus the time to store its answer.
 */
export function createShutdown(options: {
  readonly log: Log;
  readonly graceMilliseconds: number;
  readonly process?: ShutdownProcess;
}): Shutdown {
  const { log, graceMilliseconds } = options;
  const host: ShutdownProcess = options.process ?? process;
  const closers: { readonly name: string; readonly close: Closer }[] = [];
  const controller = new AbortController();
  let running: Promise<void> | null = null;

  async function closeAll(error: unknown): Promise<void> {
    let failed = error !== undefined;
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) {
      log.debug('shutdown.closing', { step: closer.name });
      try {
        await closer.close();
      } catch (problem) {
        failed = true;
        log.error('shutdown.closer-failed', { step: closer.name }, problem);
      }
    }
    log.info('shutdown.completed');
    host.exit(failed ? exitForced : 0);
  }

  function begin(error?: unknown): Promise<void> {
    if (running !== null) return running;
    controller.abort();
    const force = setTimeout(() => {
      log.error('shutdown.forced', { graceMilliseconds });
      host.exit(exitForced);
    }, graceMilliseconds + reserveMilliseconds);
    running = closeAll(error).finally(() => {
      clearTimeout(force);
      for (const signal of signals) host.off(signal, onSignal);
    });
    return running;
  }

  function onSignal(signal: NodeJS.Signals): void {
    if (running !== null) {
      log.warn('shutdown.interrupted', { signal });
      host.exit(exitInterrupted);
      return;
    }
    log.info('shutdown.started', { signal, graceMilliseconds });
    // closeAll catches what closers throw, so this cannot reject.
    void begin();
  }

  for (const signal of signals) host.on(signal, onSignal);
  return {
    signal: controller.signal,
    add: (name, close) => void closers.push({ name, close }),
    begin,
  };
}
