import { encodingsOf } from '../../../domain/text/encodings.ts';
import type { Canary } from './plant.ts';

/** Something that was read, and where. */
export interface Part {
  readonly source: string;
  readonly bytes: Uint8Array;
}

/** One way by which a secret could get out, with everything that was found on it. */
export interface Channel {
  readonly name: string;
  readonly parts: readonly Part[];
  /** Fewer bytes than this mean that the channel was not really read. */
  readonly minimum: number;
  /** Canaries that belong here, by name. */
  readonly exempt?: readonly string[];
}

/** A place where a secret, or its beginning or end, stands in some encoding. */
export interface Hit {
  readonly canary: string;
  readonly source: string;
  readonly offset: number;
  /** What stands there, with its surroundings. */
  readonly excerpt: string;
}

/** Characters at either end of a secret that are searched for too: a cut-off secret is a leak as well. */
const fragment = 16;
const surroundings = 60;

interface Needle {
  readonly canary: string;
  readonly bytes: Buffer;
}

export function bytesOf({ parts }: Pick<Channel, 'parts'>): number {
  return parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

/** Searches bytes for secrets in all their encodings (`domain/text/encodings.ts`). */
export class CanaryScanner {
  /** Needles by their first two bytes, so that one pass serves for all. */
  readonly #byStart = new Map<number, Needle[]>();
  readonly #starts = new Uint8Array(65_536);

  constructor(canaries: readonly Canary[]) {
    for (const { name, value } of canaries) {
      const searched = [value, value.slice(0, fragment), value.slice(-fragment)];
      for (const form of new Set(searched.flatMap(encodingsOf))) this.#add(name, Buffer.from(form, 'utf8'));
    }
  }

  #add(canary: string, bytes: Buffer): void {
    const start = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
    this.#starts[start] = 1;
    this.#byStart.set(start, [...(this.#byStart.get(start) ?? []), { canary, bytes }]);
  }

  /** Every place of the channel where a secret stands that does not belong there. */
  scan(channel: Pick<Channel, 'parts' | 'exempt'>): Hit[] {
    const exempt = new Set(channel.exempt);
    return channel.parts.flatMap((part) => this.#scanPart(part)).filter(({ canary }) => !exempt.has(canary));
  }

  #scanPart({ source, bytes }: Part): Hit[] {
    const hits: Hit[] = [];
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let offset = 0; offset + 1 < buffer.length; offset += 1) {
      const start = ((buffer[offset] as number) << 8) | (buffer[offset + 1] as number);
      if (this.#starts[start] === 0) continue;
      const found = this.#byStart
        .get(start)
        ?.find((needle) => buffer.subarray(offset, offset + needle.bytes.length).equals(needle.bytes));
      if (found === undefined) continue;
      const excerpt = buffer.toString('latin1', Math.max(0, offset - surroundings), offset + surroundings);
      hits.push({ canary: found.canary, source, offset, excerpt });
    }
    return hits;
  }
}

/** One line for each secret of a channel, with the first place. */
export function summaryOf(channel: string, hits: readonly Hit[]): string[] {
  const byCanary = Object.entries(Object.groupBy(hits, ({ canary }) => canary));
  return byCanary.map(([canary, places = []]) => {
    const [first] = places;
    return `${channel}: ${canary} in ${places.length} places, first in ${first?.source}: ${first?.excerpt}`;
  });
}
