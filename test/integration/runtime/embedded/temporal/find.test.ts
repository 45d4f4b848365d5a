import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProgress } from '../../../../../runtime/embedded/progress.ts';
import { findTemporal, TemporalUnavailableError } from '../../../../../runtime/embedded/temporal/find.ts';

const script = (version: string) => `#!/bin/sh\necho "temporal version ${version} (Server 1.29.1, UI 2.42.1)"\n`;

async function writeProgram(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  await chmod(path, 0o755);
}

describe('findTemporal', () => {
  let root: string;
  let onPath: string;
  let cache: string;
  let server: Server;
  let archive: Buffer;
  let shown: string;
  let requests: number;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'registrar-find-'));
    onPath = join(root, 'bin');
    cache = join(root, 'cache', 'registrar', 'temporal-1.5.1');
    const packed = join(root, 'packed');
    await Promise.all([mkdir(onPath), mkdir(packed)]);
    await writeProgram(join(packed, 'temporal'), script('1.5.1'));
    execFileSync('tar', ['-czf', join(root, 'archive.tar.gz'), '-C', packed, 'temporal']);
    archive = await readFile(join(root, 'archive.tar.gz'));
    shown = '';
    requests = 0;
    server = createServer((request, response) => {
      requests += 1;
      if (request.url === '/missing') response.writeHead(404).end();
      else response.writeHead(200, { 'content-length': archive.length }).end(archive);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(root, { recursive: true });
  });

  const url = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const good = () => ({ url: url('/archive'), sha256: createHash('sha256').update(archive).digest('hex') });
  const find = (archiveToUse: { url: string; sha256: string } | null, signal?: AbortSignal) =>
    findTemporal({
      environment: {
        PATH: `${onPath}:relative:${root}/none`,
        HOME: root,
        XDG_CACHE_HOME: join(root, 'cache'),
        SECRET: 'hunter2',
      },
      progress: createProgress({ write: (text) => (shown += text) }),
      archive: archiveToUse,
      ...(signal === undefined ? {} : { signal }),
    });
  /** A `go` that "builds" by writing the program to GOBIN, and shows what it was given. */
  const installGo = () =>
    writeProgram(
      join(onPath, 'go'),
      `#!/bin/sh\n/usr/bin/env > "${root}/go-env"\necho "$@" > "${root}/go-args"\n/bin/cp "${root}/packed/temporal" "$GOBIN/temporal"\n`,
    );

  it('takes a recent temporal on the PATH and asks nobody else', async () => {
    await writeProgram(join(onPath, 'temporal'), script('1.6.0'));
    expect(await find(good())).toEqual({ binary: join(onPath, 'temporal'), source: 'path' });
    expect(requests).toBe(0);
    expect(shown).toContain('found on the PATH');
  });

  it('downloads, verifies, caches privately, and uses the cache from then on', async () => {
    await writeProgram(join(onPath, 'temporal'), script('1.4.0'));
    expect(await find(good())).toEqual({ binary: join(cache, 'temporal'), source: 'download' });
    expect((await stat(cache)).mode & 0o777).toBe(0o700);
    expect((await stat(join(cache, 'temporal'))).mode & 0o777).toBe(0o700);
    expect((await readdir(cache)).sort()).toEqual(['temporal', 'temporal.sha256']);
    expect(await readdir(join(root, 'cache', 'registrar'))).toEqual(['temporal-1.5.1']);
    expect(shown).toContain('Downloading Temporal 1.5.1');
    expect(await find(good())).toEqual({ binary: join(cache, 'temporal'), source: 'cache' });
    expect(requests).toBe(1);
  });

  it('does not believe a cached program that changed or that others can write to', async () => {
    await find(good());
    await writeProgram(join(cache, 'temporal'), script('1.5.1-evil'));
    expect(await find(good())).toMatchObject({ source: 'download' });
    expect(await readFile(join(cache, 'temporal'), 'utf8')).toBe(script('1.5.1'));
    await chmod(cache, 0o777);
    expect(await find(good())).toMatchObject({ source: 'download' });
    expect((await stat(cache)).mode & 0o777).toBe(0o700);
  });

  it('uses nothing of an archive with another checksum, and goes on to go install', async () => {
    await installGo();
    const found = await find({ ...good(), sha256: '0'.repeat(64) });
    expect(found).toEqual({ binary: join(cache, 'temporal'), source: 'go' });
    expect(await readFile(join(root, 'go-args'), 'utf8')).toContain('github.com/temporalio/cli/cmd/temporal@v1.5.1');
    expect(await readFile(join(root, 'go-env'), 'utf8')).not.toContain('hunter2');
    expect(shown).toContain(`expected is ${'0'.repeat(64)}; it was not used`);
    expect(await find(null)).toMatchObject({ source: 'cache' });
  });

  it('says in one message what was tried, why it failed and what to install', async () => {
    await writeProgram(join(onPath, 'temporal'), script('1.4.0'));
    await writeProgram(join(onPath, 'go'), '#!/bin/sh\necho "first" >&2\necho "no such module" >&2\nexit 1\n');
    const failure = await find({ ...good(), url: url('/missing') }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TemporalUnavailableError);
    const { message } = failure as Error;
    for (const part of [
      'has version 1.4.0',
      'the cache',
      'answered 404',
      'no such module',
      'TEMPORAL_ADDRESS',
      'Install',
    ])
      expect(message).toContain(part);
    expect(await readdir(join(root, 'cache', 'registrar'))).toEqual([]);
  });

  it.each([
    ['no checksum', () => null, 'no checksum is known'],
    ['no network', () => ({ ...good(), url: 'http://127.0.0.1:1/' }), 'cannot be reached'],
  ])('skips the download with %s, and says so', async (_name, archiveToUse, reason) => {
    await expect(find(archiveToUse())).rejects.toThrow(reason);
    await expect(find(archiveToUse())).rejects.toThrow('"go" is not on the PATH');
  });

  it('ends a build when it is told to, and leaves nothing unfinished', async () => {
    const started = join(root, 'go-started');
    await writeProgram(join(onPath, 'go'), `#!/bin/sh\n: > "${started}"\nexec /bin/sleep 60\n`);
    const stopping = new AbortController();
    const attempt = find(null, stopping.signal);
    const failure = attempt.catch((error: unknown) => error);
    await vi.waitFor(() => stat(started), { timeout: 10_000 });
    stopping.abort();
    expect(await failure).toBe(stopping.signal.reason);
    expect(await readdir(join(root, 'cache', 'registrar'))).toEqual([]);
  });

  it('can be asked by two processes at once', async () => {
    const found = await Promise.all([find(good()), find(good())]);
    for (const { binary } of found)
      expect(execFileSync(binary, ['--version'], { encoding: 'utf8' })).toContain('1.5.1');
    expect(await readdir(join(root, 'cache', 'registrar'))).toEqual(['temporal-1.5.1']);
  });
});
