import type { BareEngine } from './bareEngine.ts';
import type { ChildProgram } from './childProgram.ts';
import type { BenchDatabase } from './database.ts';
import type { Onboarding } from './onboarding.ts';
import type { Peers, RequestCounts } from './peers.ts';
import type { PlainResult, PlainWork } from './plain.ts';
import { familyTime, processorTime } from './processor.ts';
import type { Product } from './product.ts';
import { percentile } from './statistics.ts';

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
  /** Onboarded at full speed. */
  readonly tenants: number;
  /** Onboarded one at a time; 0 leaves that out. */
  readonly idle: number;
}

/** Milliseconds; null where a figure cannot be had. */
export interface Latency {
  readonly p50: number | null;
  readonly p95: number | null;
}

/** Figures of one delay of the peers. Processor times are milliseconds per onboarding. */
export interface Measurement {
  readonly peerDelay: number;
  readonly seconds: number;
  readonly onboardingsPerSecond: number;
  readonly requestsPerOnboarding: number;
  readonly cpu: {
    readonly registrar: number | null;
    readonly temporal: number | null;
    readonly both: number | null;
    readonly postgresql: number | null;
    readonly peers: number | null;
  };
  readonly idle: Latency;
  readonly plain: {
    readonly onboardingsPerSecond: number;
    readonly requestsPerOnboarding: number;
    readonly cpu: number;
    readonly idle: Latency;
  };
  readonly bareEngine: {
    readonly onboardingsPerSecond: number;
    /** Its process and the Temporal server. */
    readonly cpu: number | null;
  };
  /** Registrar's onboardings per second to those of the plain script. */
  readonly ratio: number;
  /** Registrar's onboardings per second to those of the bare engine. */
  readonly ratioToBareEngine: number;
}

/** Product first, then the bare engine and the plain script against the same peers. */
export async function measure(parts: Parts, peerDelay: number, { tenants, idle }: Size): Promise<Measurement> {
  const { peers, plain, onboarding, bareEngine } = parts;
  await peers.delay(peerDelay);
  const one = await onboarding.oneByOne(idle);
  const sampler = await Sampler.start(parts);
  const elapsed = await onboarding.flood(tenants);
  const used = await sampler.perOnboarding(tenants);

  const bare = await bareEngine.flood(tenants);
  const plainly = (work: Omit<PlainWork, 'peers'>) => plain.answer<PlainResult>({ peers: peers.all, ...work });
  const alone = await plainly({ tenants: idle, width: 1 });
  const before = await peers.counts();
  const together = await plainly({ tenants, width: plainWidth });
  const plainRequests = requests(await peers.counts()) - requests(before);
  const rate = (tenants * 1000) / elapsed;
  const plainRate = (tenants * 1000) / together.elapsed;
  const bareRate = (tenants * 1000) / bare.elapsed;
  return {
    peerDelay,
    seconds: elapsed / 1000,
    onboardingsPerSecond: rate,
    ...used,
    idle: latencyOf(one),
    plain: {
      onboardingsPerSecond: plainRate,
      requestsPerOnboarding: plainRequests / tenants,
      cpu: together.cpuMilliseconds / tenants,
      idle: latencyOf(alone.each),
    },
    bareEngine: {
      onboardingsPerSecond: bareRate,
      cpu: bare.cpuMilliseconds === null ? null : bare.cpuMilliseconds / tenants,
    },
    ratio: rate / plainRate,
    ratioToBareEngine: rate / bareRate,
  };
}

function requests({ discovery, registration, token }: RequestCounts): number {
  return discovery + registration + token;
}

function latencyOf(sample: readonly number[]): Latency {
  if (sample.length === 0) return { p50: null, p95: null };
  return { p50: percentile(sample, 0.5), p95: percentile(sample, 0.95) };
}

type Times = Record<'registrar' | 'temporal' | 'postgresql' | 'peers', number | null>;

/** What the processes and the peers did between two moments. */
class Sampler {
  readonly #parts: Parts;
  readonly #times: Times;
  readonly #counts: RequestCounts;

  private constructor(parts: Parts, counts: RequestCounts) {
    this.#parts = parts;
    this.#counts = counts;
    this.#times = timesOf(parts);
  }

  static async start(parts: Parts): Promise<Sampler> {
    return new Sampler(parts, await parts.peers.counts());
  }

  async perOnboarding(tenants: number): Promise<Pick<Measurement, 'cpu' | 'requestsPerOnboarding'>> {
    const now = timesOf(this.#parts);
    const each = (name: keyof Times): number | null => {
      const [from, to] = [this.#times[name], now[name]];
      return from === null || to === null ? null : (to - from) / tenants;
    };
    const [registrar, temporal] = [each('registrar'), each('temporal')];
    const both = registrar === null || temporal === null ? null : registrar + temporal;
    const requestsPerOnboarding = (requests(await this.#parts.peers.counts()) - requests(this.#counts)) / tenants;
    return {
      requestsPerOnboarding,
      cpu: { registrar, temporal, both, postgresql: each('postgresql'), peers: each('peers') },
    };
  }
}

function timesOf({ product, database, peers }: Parts): Times {
  return {
    registrar: processorTime(product.pid),
    temporal: processorTime(product.temporalPid),
    postgresql: database.pid === null ? null : familyTime(database.pid),
    peers: processorTime(peers.pid),
  };
}
