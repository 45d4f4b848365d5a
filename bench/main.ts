import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { BareEngine } from './bareEngine.ts';
import { ChildProgram } from './childProgram.ts';
import { openDatabase } from './database.ts';
import { type Measurement, measure } from './measure.ts';
import { Onboarding } from './onboarding.ts';
import { type BenchOptions, parseOptions, usage } from './options.ts';
import { Peers } from './peers.ts';
import type { PlainResult } from './plain.ts';
import { Product } from './product.ts';
import { jsonLineOf, type Setting, tableOf } from './report.ts';

/**
 * `npm run bench`: how fast Registrar onboards, what that costs, and how the bare engine and a plain script compare
 * that make the same requests. Prints figures and judges none of them: a busy machine makes any.
 */
const peerDelays = [1, 50];
/** Workflows of the bare engine before those that are measured. */
const bareWarmUp = 40;

async function run(options: BenchOptions, parts: AsyncDisposableStack): Promise<void> {
  const [load = 0] = loadavg();
  const directory = await mkdtemp(join(tmpdir(), 'registrar-bench-'));
  parts.defer(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  const database = await openDatabase(options.embedded);
  parts.defer(() => database.stop());
  const peers = await Peers.start(options.systems);
  parts.defer(() => peers.stop());
  const plain = new ChildProgram('plain.ts');
  parts.defer(() => plain.stop());
  say('Starting Registrar');
  const product = new Product({
    directory,
    databaseUrl: database.url,
    allowedHosts: peers.all.map(({ issuer }) => new URL(issuer).host),
    profiles: options.profiles === null ? null : resolve(options.profiles),
  });
  parts.defer(() => product.stop());
  await product.ready();
  const bareEngine = await BareEngine.start(product, peers.all, directory);
  parts.defer(() => bareEngine.stop());

  const onboarding = new Onboarding(product, peers.all);
  await onboarding.prepare();
  say(`Warming up with one tenant at each of ${options.systems} health systems`);
  await onboarding.flood(options.systems);
  await bareEngine.flood(bareWarmUp);
  await plain.answer<PlainResult>({ peers: peers.all, tenants: options.systems, width: options.systems });
  const measurements: Measurement[] = [];
  for (const peerDelay of peerDelays) {
    say(`Onboarding ${options.idle} tenants one by one and ${options.tenants} at once; peers take ${peerDelay} ms`);
    measurements.push(await measure({ product, database, peers, plain, onboarding, bareEngine }, peerDelay, options));
  }
  const { tenants, systems, idle } = options;
  const setting: Setting = {
    node: process.versions.node,
    processors: availableParallelism(),
    load,
    database: database.description,
    tenants,
    systems,
    idle,
  };
  console.log(tableOf(setting, measurements));
  console.log(jsonLineOf(setting, measurements));
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
