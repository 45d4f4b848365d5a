import type { Canary } from './plant.ts';
import type { CanaryScanner, Channel, Part } from './scanner.ts';

/** A secret as it would stand in a text that leaks it. */
export interface Leak {
  readonly encoding: string;
  readonly text: string;
}

/** Every form in which a secret must be found, made by other means than those that the scanner searches by. */
export function leaksOf(secret: string): Leak[] {
  const bytes = Buffer.from(secret);
  const ids = ['c', 'cl', 'cli'];
  const after = (offset: number) => Buffer.concat([Buffer.alloc(offset, 'x'), bytes, Buffer.from('yz')]);
  return [
    { encoding: 'plain', text: secret },
    ...[0, 1, 2].flatMap((offset) => [
      { encoding: `base64 at offset ${offset}`, text: after(offset).toString('base64') },
      { encoding: `base64url at offset ${offset}`, text: after(offset).toString('base64url') },
    ]),
    ...ids.map((id) => ({
      encoding: `Basic pair of "${id}"`,
      text: Buffer.from(`${id}:${secret}`).toString('base64'),
    })),
    ...ids.map((id) => ({
      encoding: `form-encoded Basic pair of "${id}"`,
      text: Buffer.from(`${id}:${formEncoded(secret)}`).toString('base64'),
    })),
    { encoding: 'URL', text: `https://ehr.example/?token=${encodeURIComponent(secret)}` },
    { encoding: 'form', text: new URLSearchParams({ client_secret: secret }).toString() },
    { encoding: 'JSON', text: JSON.stringify({ client_secret: secret }) },
    { encoding: 'JSON with escaped slashes', text: JSON.stringify({ secret }).replaceAll('/', '\\/') },
    { encoding: 'hex', text: bytes.toString('hex') },
    { encoding: 'hex, upper case', text: bytes.toString('hex').toUpperCase() },
    { encoding: 'cut off behind its beginning', text: `${secret.slice(0, 20)}…` },
    { encoding: 'without its beginning', text: `…${secret.slice(-20)}` },
  ];
}

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

/** Encodings that the scanner does not find when they are put into a copy of what the channel really held. */
export function missedLeaks(scanner: CanaryScanner, channel: Channel, canary: Canary): string[] {
  return leaksOf(canary.value)
    .filter(({ text }, index) => {
      const part = channel.parts[index % channel.parts.length];
      if (part === undefined) return true;
      const leaking = insert(part, text, (index * 7919) % (part.bytes.length + 1));
      return !scanner.scan({ parts: [leaking] }).some((hit) => hit.canary === canary.name);
    })
    .map(({ encoding }) => encoding);
}

/** At most this much of a part is copied around the place of a leak. */
const copied = 1_000_000;

function insert({ source, bytes }: Part, text: string, at: number): Part {
  const before = bytes.subarray(Math.max(0, at - copied), at);
  const behind = bytes.subarray(at, at + copied);
  return { source, bytes: Buffer.concat([before, Buffer.from(text), behind]) };
}
