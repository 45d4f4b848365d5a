import { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/** Codings that are undone though none was asked for (RFC 9110 section 8.4); some servers and proxies always compress. */
const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** Null: the body is as it is. `unknown`: nobody here can undo it. */
export function codingOf(header: string | undefined): string | null | 'unknown' {
  const coding = header?.trim().toLowerCase() ?? '';
  if (coding === '' || coding === 'identity') return null;
  return Object.hasOwn(decoders, coding) ? coding : 'unknown';
}

/** More bytes than allowed, or no such coding after all. */
export class CodingError extends Error {
  readonly tooLarge: boolean;
  constructor(tooLarge: boolean) {
    super(tooLarge ? 'the body is too large' : 'the body cannot be undone');
    this.tooLarge = tooLarge;
  }
}

/**
 * Undoes a coding by stream, so that a small body that becomes a large one never does: it stops at `maxBytes`.
 *
 * @throws CodingError.
 */
export async function undo(coding: string, body: Buffer, maxBytes: number): Promise<Buffer> {
  const decoder = (decoders[coding] ?? (() => new Transform()))();
  const chunks: Buffer[] = [];
  let bytes = 0;
  decoder.end(body);
  try {
    for await (const chunk of decoder as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new CodingError(true);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof CodingError ? error : new CodingError(false);
  } finally {
    decoder.destroy();
  }
  return Buffer.concat(chunks);
}
