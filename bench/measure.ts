import type { BareEngine } from './bareEngine.ts';
import type { ChildProgram } from './childProgram.ts';
import type { BenchDatabase } from './database.ts';
import type { Onboarding } from './onboarding.ts';
import type { Peers } from './peers.ts';
import type { PlainResult, PlainWork } from './plain.ts';
import type { Product } from './product.ts';
import { type Cpu, requests, Sampler } from './sampler.ts';
import { median, percentile } from './statistics.ts';

/** Activities that a worker has under way at once, so that the plain script has as many. */
const plainWidth = 100;

export interface Parts {
  readonly product: Product;
  readonly database: BenchDatabase;
  readonly peers: Peers;
  /** `plain.ts`. */
  readonly plain: ChildProgram;
  readonly onboarding: Onboarding;
  readonly bareEngine: BareEngine;
}

export interface Size {
  /** Onboarded at full speed in each run. */
  readonly tenants: number;
  /** Onboarded one at a time; 0 leaves that out. */
  readonly idle: number;
  /** Floods, each beside one of the bare engine; 0 leaves them out. */
  readonly runs: number;
}

/** Milliseconds; null where a figure cannot be had. */
export interface Latency {
  readonly p50: number | null;
  readonly p95: number | null;
}

/** Of several runs. */
export interface Spread {
  readonly median: number | null;
  readonly least: number | null;
  readonly most: number | null;
}

/** Figures of one kind of peers. Processor times are milliseconds per onboarding; those of several runs are medians. */
export interface Measurement {
  readonly peerDelay: number;
  readonly tls: boolean;
  readonly onboardingsPerSecond: Spread;
  readonly requestsPerOnboarding: number | null;
  readonly cpu: Cpu;
  readonly idle: Latency;
  readonly plain: {
    readonly onboardingsPerSecond: number;
    readonly requestsPerOnboarding: number;
    readonly cpu: number;
    readonly idle: Latency;
  };
  readonly bareEngine: {
    readonly onboardingsPerSecond: Spread;
    /** Its process and the Temporal server. */
    readonly cpu: number | null;
  };
  /** Registrar's onboardings per second to those of the bare engine right beside it. */
  readonly ratioToBareEngine: Spread;
  /** One of Registrar's when idle to one of the plain script. */
  readonly idleRatio: number | null;
}

interface Run {
  readonly rate: number;
  readonly bareRate: number;
  readonly cpu: Cpu;
  readonly bareCpu: number | null;
  readonly requestsPerOnboarding: number;
}

/** One by one first, then floods that take turns with the bare engine, then the plain script against the same peers. */
export async function measure(parts: Parts, peerDelay: number, tls: boolean, size: Size): Promise<Measurement> {
  const { peers, plain, onboarding } = parts;
  const { tenants, idle } = size;
  await peers.delay(peerDelay);
  const one = latencyOf(await onboarding.oneByOne(idle, peers.all));
  const runs: Run[] = [];
  for (let index = 0; index < size.runs; index += 1) runs.push(await oneRun(parts, tenants, index % 2 === 1));
  const plainly = (work: Omit<PlainWork, 'peers'>) => plain.answer<PlainResult>({ peers: peers.all, ...work });
  const alone = latencyOf((await plainly({ tenants: idle, width: 1 })).each);
  const before = await peers.counts();
  const together = await plainly({ tenants, width: plainWidth });
  const plainRequests = requests(await peers.counts()) - requests(before);
  return {
    peerDelay,
    tls,
    onboardingsPerSecond: spreadOf(runs.map(({ rate }) => rate)),
    requestsPerOnboarding: median(runs.map((run) => run.requestsPerOnboarding)),
    cpu: {
      registrar: median(runs.map(({ cpu }) => cpu.registrar)),
      temporal: median(runs.map(({ cpu }) => cpu.temporal)),
      both: median(runs.map(({ cpu }) => cpu.both)),
      postgresql: median(runs.map(({ cpu }) => cpu.postgresql)),
      peers: median(runs.map(({ cpu }) => cpu.peers)),
    },
    idle: one,
    plain: {
      onboardingsPerSecond: (tenants * 1000) / together.elapsed,
      requestsPerOnboarding: plainRequests / tenants,
      cpu: together.cpuMilliseconds / tenants,
      idle: alone,
    },
    bareEngine: {
      onboardingsPerSecond: spreadOf(runs.map(({ bareRate }) => bareRate)),
      cpu: median(runs.map(({ bareCpu }) => bareCpu)),
    },
    ratioToBareEngine: spreadOf(runs.map(({ rate, bareRate }) => rate / bareRate)),
    idleRatio: one.p50 === null || alone.p50 === null ? null : one.p50 / alone.p50,
  };
}

/** Who goes first takes turns: what the first leaves to be done afterwards meets the second. */
async function oneRun(parts: Parts, tenants: number, bareFirst: boolean): Promise<Run> {
  const { peers, onboarding, bareEngine } = parts;
  const bareFlood = () => bareEngine.flood(tenants, peers.all);
  const early = bareFirst ? await bareFlood() : null;
  const sampler = await Sampler.start(parts);
  const elapsed = await onboarding.flood(tenants, peers.all);
  const used = await sampler.perOnboarding(tenants);
  const bare = early ?? (await bareFlood());
  return {
    ...used,
    rate: (tenants * 1000) / elapsed,
    bareRate: (tenants * 1000) / bare.elapsed,
    bareCpu: bare.cpuMilliseconds === null ? null : bare.cpuMilliseconds / tenants,
  };
}

function spreadOf(sample: readonly number[]): Spread {
  if (sample.length === 0) return { median: null, least: null, most: null };
  return { median: median(sample), least: Math.min(...sample), most: Math.max(...sample) };
}

function latencyOf(sample: readonly number[]): Latency {
  if (sample.length === 0) return { p50: null, p95: null };
  return { p50: percentile(sample, 0.5), p95: percentile(sample, 0.95) };
}
