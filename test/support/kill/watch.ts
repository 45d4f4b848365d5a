/** Where in the life of a registration a request was seen. */
export const phasesOfLife = ['onboarding', 'rotation', 'retirement'] as const;
/** `change`: of the client metadata, in lives that have it. */
export type LifePhase = (typeof phasesOfLife)[number] | 'change';

/** Before a request is forwarded, or after its answer came and before it is delivered. */
export const points = ['before', 'after'] as const;
export type Point = (typeof points)[number];

/** One place to kill the product at. */
export interface CutPoint {
  readonly phase: LifePhase;
  /** Server, request and its ordinal within one registration's life: `moto PutSecretValue management #2`. */
  readonly label: string;
  readonly point: Point;
}

export const nameOfCut = ({ phase, label, point }: CutPoint) => `${point} ${label} (${phase})`;

/** A request on its way through a proxy. */
export interface Passing {
  readonly subject: string;
  readonly label: string;
}

/** What a proxy does with a request or an answer at a point. */
export type Passage = 'go-on' | 'drop';

/** A cut point that waits for its request. */
export interface Trap {
  readonly cut: CutPoint;
  /** Since when the request is held, in milliseconds since the epoch; null when it did not come yet. */
  readonly since: () => number | null;
  /** Whether the request is held and its sender still waits for it. */
  readonly holds: () => boolean;
}

interface SetTrap extends Trap {
  readonly spring: (stillWaiting: () => boolean) => Promise<Passage>;
  readonly release: (passage: Passage) => void;
}

/**
 * Sees every request that the proxies let through, by the registration that it is about: gives it a label, writes it
 * down, and holds it where a trap is set.
 */
export class Watch {
  phase: LifePhase = 'onboarding';
  readonly #counts = new Map<string, number>();
  readonly #seen = new Map<string, { readonly phase: LifePhase; readonly label: string }[]>();
  readonly #traps = new Map<string, SetTrap>();

  arrive(subject: string, request: string): Passing {
    const key = `${subject} ${request}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    const passing = { subject, label: `${request} #${count}` };
    const seen = this.#seen.get(subject) ?? [];
    this.#seen.set(subject, [...seen, { phase: this.phase, label: passing.label }]);
    return passing;
  }

  /** Called by a proxy at each point. `stillWaiting`: whether the sender has not given up. */
  async at(passing: Passing, point: Point, stillWaiting: () => boolean): Promise<Passage> {
    const trap = this.#traps.get(passing.subject);
    if (trap === undefined || trap.cut.label !== passing.label || trap.cut.point !== point) return 'go-on';
    return await trap.spring(stillWaiting);
  }

  /** Starts a registration's life anew: ordinals begin at 1. */
  forget(subject: string): void {
    this.#seen.delete(subject);
    for (const key of this.#counts.keys()) if (key.startsWith(`${subject} `)) this.#counts.delete(key);
  }

  set(subject: string, cut: CutPoint): Trap {
    let held: { since: number; stillWaiting: () => boolean } | null = null;
    let release: (passage: Passage) => void = () => undefined;
    const released = new Promise<Passage>((resolve) => {
      release = resolve;
    });
    const trap: SetTrap = {
      cut,
      since: () => held?.since ?? null,
      holds: () => held?.stillWaiting() ?? false,
      spring: (stillWaiting) => {
        held = { since: Date.now(), stillWaiting };
        return released;
      },
      release,
    };
    this.#traps.set(subject, trap);
    return trap;
  }

  /** Takes every trap away; what they held is dropped, or let through. */
  clear(passage: Passage = 'drop'): void {
    for (const trap of this.#traps.values()) trap.release(passage);
    this.#traps.clear();
  }

  /** Two cut points for each request of a clean life, in order. */
  cutPoints(subject: string): CutPoint[] {
    return (this.#seen.get(subject) ?? []).flatMap((seen) => points.map((point) => ({ ...seen, point })));
  }
}
