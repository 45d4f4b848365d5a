import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { promisify } from 'node:util';
import type { OfficialArchive } from './release.ts';

const run = promisify(execFile);
const largestArchive = 400 * 1024 * 1024;
const connectMilliseconds = 20_000;
const unpackMilliseconds = 60_000;

/** The download failed; the message is one sentence for the operator. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
}

/** Counts and hashes what flows through; fails when it is too much. */
function inspectBytes(onBytes: (bytes: number) => void): { stream: Transform; sha256(): string } {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      onBytes(bytes);
      if (bytes > largestArchive) done(new DownloadError('the archive is larger than expected'));
      else done(null, chunk);
    },
  });
  return { stream, sha256: () => hash.digest('hex') };
}

/** The code of a network error, which `fetch` hides in the cause. */
function networkReason(error: unknown): string {
  const cause = (error as { cause?: { code?: unknown } } | null)?.cause?.code;
  if (typeof cause === 'string') return cause;
  return error instanceof Error ? error.name : 'unknown error';
}

async function fetchTo(
  path: string,
  archive: OfficialArchive,
  options: { fetch: typeof fetch; onPercent: (percent: number) => void; signal?: AbortSignal | undefined },
): Promise<string> {
  const controller = new AbortController();
  const patience = setTimeout(() => controller.abort(), connectMilliseconds);
  try {
    const signals = [controller.signal, ...(options.signal === undefined ? [] : [options.signal])];
    const response = await options.fetch(archive.url, { signal: AbortSignal.any(signals) });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new DownloadError(`${archive.url} answered ${response.status}`);
    }
    const total = Number(response.headers.get('content-length') ?? 0);
    const inspected = inspectBytes((bytes) => {
      patience.refresh();
      if (total > 0) options.onPercent(Math.floor((100 * bytes) / total));
    });
    const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
    await pipeline(body, inspected.stream, createWriteStream(path, { mode: 0o600 }));
    return inspected.sha256();
  } catch (error) {
    if (error instanceof DownloadError) throw error;
    throw new DownloadError(`${new URL(archive.url).host} cannot be reached (${networkReason(error)})`);
  } finally {
    clearTimeout(patience);
  }
}

/**
 * Downloads an official archive, compares its SHA-256 with the committed one before anything is unpacked, and unpacks
 * `temporal` into the directory. Rejects with {@link DownloadError}.
 */
export async function downloadTemporal(
  directory: string,
  archive: OfficialArchive,
  options: {
    readonly fetch?: typeof fetch;
    readonly onPercent: (percent: number) => void;
    readonly signal?: AbortSignal;
  },
): Promise<void> {
  const path = join(directory, 'archive.tar.gz');
  const sha256 = await fetchTo(path, archive, {
    fetch: options.fetch ?? fetch,
    onPercent: options.onPercent,
    signal: options.signal,
  });
  if (sha256 !== archive.sha256)
    throw new DownloadError(`the archive has SHA-256 ${sha256}, expected is ${archive.sha256}; it was not used`);
  try {
    await run('tar', ['-xzf', path, '-C', directory, 'temporal'], { timeout: unpackMilliseconds });
  } catch {
    throw new DownloadError('the archive cannot be unpacked with tar');
  }
  await rm(path);
}
