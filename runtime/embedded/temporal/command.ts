import { join } from 'node:path';

/**
 * Settings of the embedded server. The poll rates decide latency: with the defaults each step of a lone workflow waits
 * some 50 ms. Eager execution makes the SDK's eager dispatch work; fairness keeps one tenant from starving others.
 */
const dynamicConfig: Readonly<Record<string, string>> = {
  'history.transferProcessorMaxPollRPS': '2000',
  'history.timerProcessorMaxPollRPS': '2000',
  'history.visibilityProcessorMaxPollRPS': '2000',
  'system.enableActivityEagerExecution': 'true',
  'matching.enableFairness': 'true',
};

/** The loopback address on which the embedded server listens. */
export const temporalHost = '127.0.0.1';

/** Directory of the embedded server inside the data directory. */
export function temporalDirectory(dataDir: string): string {
  return join(dataDir, 'temporal');
}

/** Program and arguments of the embedded server. No secret is among them. */
export function serverCommand(binary: string, dataDir: string, port: number): string[] {
  return [
    binary,
    'server',
    'start-dev',
    '--headless',
    '--ip',
    temporalHost,
    '--port',
    String(port),
    '--http-port',
    '0',
    '--db-filename',
    join(temporalDirectory(dataDir), 'temporal.db'),
    '--sqlite-pragma',
    'journal_mode=WAL',
    // All commits go through one connection. Without this each of them waits for the disk, which embedded mode does not
    // need: it promises to survive the death of processes, not a power loss, after which the file is still whole.
    '--sqlite-pragma',
    'synchronous=NORMAL',
    '--log-level',
    'warn',
    '--log-format',
    'json',
    '--disable-config-file',
    '--disable-config-env',
    ...Object.entries(dynamicConfig).flatMap(([name, value]) => ['--dynamic-config-value', `${name}=${value}`]),
  ];
}
