import { peerTaskQueue, workflowTaskQueue } from '../domain/ports/activities.ts';
import { defaultTimePolicy, type TimePolicy } from '../domain/time/policy.ts';
import { type Config, ConfigError, parseConfig } from './config/config.ts';
import type { Environment } from './config/environment.ts';
import { migrateExternal } from './database.ts';
import { createProgress } from './embedded/progress.ts';
import { createLog, type Log } from './log/log.ts';
import { startMetricsServer } from './metrics/server.ts';
import { refuseTakenPorts } from './ports.ts';
import { openServices } from './services.ts';
import { createShutdown } from './shutdown.ts';
import { type Ready, startApiPart } from './startApi.ts';
import { startWorkerPart } from './startWorker.ts';
import { dataConverter } from './temporal/dataConverter.ts';
import { createEntityClient } from './temporal/entityClient.ts';
import { createEntityKeeper } from './temporal/entityKeeper.ts';
import { installRuntime, openTemporalClient, reachTemporal } from './temporal/open.ts';

/** Exit codes of the command line (DESIGN section 8). */
const badInput = 2;
const failed = 1;

export interface StartOptions {
  readonly environment?: Environment;
  /** Tests scale it; the product uses the default. */
  readonly policy?: TimePolicy;
  /** One JSON object instead of sentences on standard output. */
  readonly json?: boolean;
}

/** Everything in one process: what is not configured otherwise is embedded. Resolves to the exit code of a start that failed; else never. */
export function startEmbedded(options: StartOptions = {}): Promise<number> {
  return start({ api: true, worker: true }, options);
}

/** The API alone, against an external database and Temporal. */
export function startApi(options: StartOptions = {}): Promise<number> {
  return start({ api: true, worker: false }, options);
}

/** The worker alone, against an external database and Temporal. */
export function startWorker(options: StartOptions = {}): Promise<number> {
  return start({ api: false, worker: true }, options);
}

/** Brings the schema of `DATABASE_URL` up to date and ends. */
export async function runMigrations(options: StartOptions = {}): Promise<number> {
  const config = readConfig(options.environment ?? process.env);
  if (config === null) return badInput;
  if (config.database.kind === 'embedded') {
    complain(
      'DATABASE_URL: it is not set. The embedded database is migrated by each start; set DATABASE_URL to migrate another one.',
    );
    return badInput;
  }
  await migrateExternal(config.database);
  say(options.json === true ? JSON.stringify({ migrated: true }) : 'The database is up to date.');
  return 0;
}

async function start(parts: { api: boolean; worker: boolean }, options: StartOptions): Promise<number> {
  const environment = options.environment ?? process.env;
  const policy = options.policy ?? defaultTimePolicy;
  const config = readConfig(environment);
  if (config === null) return badInput;
  if (!(parts.api && parts.worker) && (config.database.kind === 'embedded' || config.temporal.kind === 'embedded')) {
    complain(
      'DATABASE_URL and TEMPORAL_ADDRESS: both are needed to run API and worker apart. Set them, or use "registrar start".',
    );
    return badInput;
  }
  const log = createLog(config.logLevel);
  for (const warning of config.warnings) complain(warning);
  const longest = Math.max(policy.requestStep, policy.repeatableStep);
  const shutdown = createShutdown({ log, graceMilliseconds: longest + policy.secretStore });
  try {
    const ready = await startParts(parts, config, environment, policy, log, shutdown);
    if (options.json === true) say(JSON.stringify(ready));
    else for (const line of readyLines(ready)) say(line);
  } catch (error) {
    if (!shutdown.signal.aborted) complain(startMessage(error, log));
    await shutdown.begin(error);
    return failed;
  }
  return await new Promise<number>(() => undefined);
}

async function startParts(
  parts: { api: boolean; worker: boolean },
  config: Config,
  environment: Environment,
  policy: TimePolicy,
  log: Log,
  shutdown: ReturnType<typeof createShutdown>,
): Promise<Ready> {
  await refuseTakenPorts(config.host, [
    ...(parts.api ? [{ variable: 'REGISTRAR_PORT', port: config.port }] : []),
    { variable: 'REGISTRAR_METRICS_PORT', port: config.metricsPort },
  ]);
  const services = await openServices(config, policy, shutdown, log);
  const { registry } = services.metrics;
  const metrics = await startMetricsServer({ registry, log, port: config.metricsPort, host: config.host });
  shutdown.add('metrics', () => metrics.close());
  installRuntime(log);
  const temporal = await reachTemporal(config, environment, log, createProgress(), shutdown);
  const client = await openTemporalClient(temporal, dataConverter(services.keyring), shutdown);
  const entities = createEntityClient(client, {
    workflowTask: policy.workflowTask,
    peerTaskQueue: config.temporal.kind === 'embedded' ? workflowTaskQueue : peerTaskQueue,
  });
  const keeper = createEntityKeeper(client, entities);
  if (parts.worker) await startWorkerPart(config, services, temporal, keeper, policy, log, shutdown);
  if (parts.api) return await startApiPart(config, services, entities, log, shutdown, policy);
  return { url: null, adminKeyFile: null };
}

/** What people and scripts wait for (DESIGN section 7). */
function readyLines(ready: Ready): string[] {
  if (ready.url === null) return ['Registrar worker is ready'];
  const key = ready.adminKeyFile === null ? [] : [`The administrator key is in ${ready.adminKeyFile}`];
  return [`Registrar is ready at ${ready.url}`, ...key];
}

/** Null after having told every problem at once. */
function readConfig(environment: Environment): Config | null {
  try {
    return parseConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    complain(error.message);
    return null;
  }
}

/** Errors of ours say what to do; of others only the class is told, as their text may hold anything. */
const ours = new Set([
  'ConfigError',
  'KeyError',
  'DataDirectoryLockedError',
  'TemporalUnavailableError',
  'TemporalChildError',
  'EmbeddedDatabaseError',
  'MetricsPortError',
  'PortsInUseError',
  'PlaybookError',
  'RecordsError',
  'SecretStoreError',
]);

function startMessage(error: unknown, log: Log): string {
  if (error instanceof Error && ours.has(error.name)) return error.message;
  log.error('start.failed', {}, error);
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'EADDRINUSE') return 'The port is in use. Set REGISTRAR_PORT to a free port.';
  return 'Registrar could not start; the log line "start.failed" tells where.';
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}
