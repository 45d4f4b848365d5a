import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { BareEngine } from './bareEngine.ts';
import { ChildProgram } from './childProgram.ts';
import { type BenchDatabase, openDatabase } from './database.ts';
import { type Measurement, measure } from './measure.ts';
import { Onboarding } from './onboarding.ts';
import { type BenchOptions, parseOptions, usage } from './options.ts';
import { measureParking, shortRest } from './parking.ts';
import { Peers } from './peers.ts';
import type { PlainResult } from './plain.ts';
import { Product } from './product.ts';
import { jsonLineOf, type Setting, tableOf } from './report.ts';

/**
 * `npm run bench`: how fast Registrar onboards, what that costs, and how the bare engine and a plain script compare
 * that make the same requests. Prints figures and judges none of them: a busy machine makes any.
 */
interface Kind {
  /** Milliseconds that each answer takes. */
  readonly peerDelay: number;
  readonly tls: boolean;
  /** Whether floods are measured too, or one at a time only. */
  readonly floods: boolean;
}

const kinds: readonly Kind[] = [
  { peerDelay: 1, tls: false, floods: true },
  { peerDelay: 50, tls: false, floods: true },
  { peerDelay: 50, tls: true, floods: false },
];
/** Workflows of the bare engine before those that are measured. */
const bareWarmUp = 40;

async function run(options: BenchOptions, parts: AsyncDisposableStack): Promise<void> {
  const [load = 0] = loadavg();
  const plainPeers = await Peers.start(options.systems);
  parts.defer(() => plainPeers.stop());
  const tlsPeers = await Peers.start(options.systems, true);
  parts.defer(() => tlsPeers.stop());
  const allowedHosts = [...plainPeers.all, ...tlsPeers.all].map(({ issuer }) => new URL(issuer).host);
  const measurements: Measurement[] = [];
  let database = '';
  {
    await using some = new AsyncDisposableStack();
    parts.defer(() => some.disposeAsync());
    const started = await start(options, allowedHosts, null, some);
    database = started.database.description;
    const plain = new ChildProgram('plain.ts');
    some.defer(() => plain.stop());
    const bareEngine = await BareEngine.start(started.product, started.directory);
    some.defer(() => bareEngine.stop());
    const onboarding = new Onboarding(started.product);
    await onboarding.prepare();
    for (const peers of [plainPeers, tlsPeers]) {
      say(`Warming up with one tenant at each of ${options.systems} health systems`);
      await onboarding.flood(options.systems, peers.all);
      await bareEngine.flood(bareWarmUp, peers.all);
      await plain.answer<PlainResult>({ peers: peers.all, tenants: options.systems, width: options.systems });
    }
    for (const { peerDelay, tls, floods } of kinds) {
      const peers = tls ? tlsPeers : plainPeers;
      const runs = floods ? options.runs : 0;
      const how = `${peerDelay} ms${tls ? ' and TLS' : ''}`;
      say(`Onboarding ${options.idle} tenants one by one and ${runs} times ${options.tenants} at once; peers: ${how}`);
      const measured = { ...started, peers, plain, onboarding, bareEngine };
      measurements.push(await measure(measured, peerDelay, tls, { ...options, runs }));
    }
  }
  say(`Onboarding ${options.tenants} tenants that park after ${shortRest / 1000} s`);
  await using some = new AsyncDisposableStack();
  parts.defer(() => some.disposeAsync());
  await plainPeers.delay(1);
  const resting = await start(options, allowedHosts, shortRest, some);
  const parking = await measureParking({ ...resting, peers: plainPeers }, options.tenants);
  const { tenants, systems, idle, runs } = options;
  const setting: Setting = {
    node: process.versions.node,
    processors: availableParallelism(),
    load,
    loadAfter: loadavg()[0] ?? 0,
    database,
    tenants,
    systems,
    idle,
    runs,
  };
  console.log(tableOf(setting, measurements, parking));
  console.log(jsonLineOf(setting, measurements, parking));
}

/** Registrar on a database and a directory of its own, which go away with `parts`. */
async function start(
  options: BenchOptions,
  allowedHosts: readonly string[],
  restFor: number | null,
  parts: AsyncDisposableStack,
): Promise<{ product: Product; database: BenchDatabase; directory: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'registrar-bench-'));
  parts.defer(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  const database = await openDatabase(options.embedded);
  parts.defer(() => database.stop());
  say('Starting Registrar');
  const profiles = options.profiles === null ? null : resolve(options.profiles);
  const product = new Product({ directory, databaseUrl: database.url, allowedHosts, profiles, restFor });
  parts.defer(() => product.stop());
  await product.ready();
  return { product, database, directory };
}

function say(message: string): void {
  console.error(message);
}

function readOptions(): BenchOptions | null | undefined {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    say(`${(error as Error).message}\n\n${usage}`);
    return undefined;
  }
}

const options = readOptions();
if (options === undefined) process.exitCode = 2;
else if (options === null) console.log(usage);
else {
  const parts = new AsyncDisposableStack();
  let interrupted = false;
  let stopping: Promise<void> | undefined;
  // A second call of disposeAsync() would not wait for the first.
  const stop = (): Promise<void> => {
    stopping ??= parts.disposeAsync();
    return stopping;
  };
  const interrupt = (): void => {
    interrupted = true;
    // The run then fails, and waits for this too.
    stop().catch(() => undefined);
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    await run(options, parts);
  } catch (error) {
    if (!interrupted) throw error;
    process.exitCode = 130;
  } finally {
    await stop();
  }
}
