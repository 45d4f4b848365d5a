import type { BenchDatabase } from './database.ts';
import type { Peers, RequestCounts } from './peers.ts';
import { familyTime, processorTime } from './processor.ts';
import type { Product } from './product.ts';

/** Processor milliseconds per onboarding; null where that cannot be known. */
export interface Cpu {
  readonly registrar: number | null;
  readonly temporal: number | null;
  readonly both: number | null;
  readonly postgresql: number | null;
  readonly peers: number | null;
}

export interface Sampled {
  readonly product: Product;
  readonly database: BenchDatabase;
  readonly peers: Peers;
}

type Times = Record<'registrar' | 'temporal' | 'postgresql' | 'peers', number | null>;

/** What the processes and the peers did between two moments. */
export class Sampler {
  readonly #parts: Sampled;
  readonly #times: Times;
  readonly #counts: RequestCounts;

  private constructor(parts: Sampled, counts: RequestCounts) {
    this.#parts = parts;
    this.#counts = counts;
    this.#times = timesOf(parts);
  }

  static async start(parts: Sampled): Promise<Sampler> {
    return new Sampler(parts, await parts.peers.counts());
  }

  async perOnboarding(tenants: number): Promise<{ readonly cpu: Cpu; readonly requestsPerOnboarding: number }> {
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

export function requests({ discovery, registration, token }: RequestCounts): number {
  return discovery + registration + token;
}

function timesOf({ product, database, peers }: Sampled): Times {
  return {
    registrar: processorTime(product.pid),
    temporal: processorTime(product.temporalPid),
    postgresql: database.pid === null ? null : familyTime(database.pid),
    peers: processorTime(peers.pid),
  };
}
