import { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { Runtime } from '@temporalio/worker';
import type { Config } from '../config/config.ts';
import type { Environment } from '../config/environment.ts';
import type { Progress } from '../embedded/progress.ts';
import { startTemporalChild } from '../embedded/temporal/child.ts';
import { findTemporal } from '../embedded/temporal/find.ts';
import { temporalLogger } from '../log/adapters.ts';
import type { Log } from '../log/log.ts';
import type { Shutdown } from '../shutdown.ts';
import { type TemporalConnectionOptions, temporalConnectionOptions } from './connection.ts';

/** Starts the embedded server where the configuration asks for it; answers how to reach Temporal. */
export async function reachTemporal(
  config: Config,
  environment: Environment,
  log: Log,
  progress: Progress,
  shutdown: Shutdown,
): Promise<TemporalConnectionOptions> {
  if (config.temporal.kind === 'external') return temporalConnectionOptions(config, environment);
  const { signal } = shutdown;
  const { binary } = await findTemporal({ environment, progress, signal });
  const starting = startTemporalChild({ binary, dataDir: config.dataDir, log, signal });
  // Added before it is up: a Ctrl-C in between must not leave the server behind.
  shutdown.add('temporal-server', async () => await (await starting.catch(() => null))?.stop());
  return temporalConnectionOptions(config, environment, (await starting).address);
}

/** The SDK's runtime for this process: our log, and no signal handling of its own (DESIGN section 5). */
export function installRuntime(log: Log): void {
  Runtime.install({ logger: temporalLogger(log), shutdownSignals: [] });
}

/** A client of the server, closed by the shutdown. */
export async function openTemporalClient(
  options: TemporalConnectionOptions,
  dataConverter: DataConverter,
  shutdown: Shutdown,
): Promise<Client> {
  const connection = await Connection.connect(options.connection);
  shutdown.add('temporal-client', () => connection.close());
  return new Client({ connection, namespace: options.namespace, dataConverter });
}
