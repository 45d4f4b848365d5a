import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startTimeOf } from '../../../../../runtime/embedded/processIdentity.ts';
import { createProgress } from '../../../../../runtime/embedded/progress.ts';
import {
  type ChildOptions,
  startTemporalChild,
  type TemporalChild,
  TemporalChildError,
} from '../../../../../runtime/embedded/temporal/child.ts';
import { findTemporal } from '../../../../../runtime/embedded/temporal/find.ts';
import { createLog } from '../../../../../runtime/log/log.ts';
import { describeWith } from '../../../../support/describeWith.ts';
import { killScripts, startScript } from '../../fixtures/script.ts';

const log = createLog('silent');
const isAlive = async (pid: number | null) => pid !== null && (await startTimeOf(pid)) !== null;
const portOf = (address: unknown) => Number(String(address).split(':')[1]);

/** Processes whose command line names the data directory. */
async function processesOf(dataDir: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const owns = await Promise.all(
    pids.map(async (pid) => (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes(`${dataDir}/`)),
  );
  return pids.filter((_, index) => owns[index]);
}

describeWith('temporal', 'embedded Temporal server', ({ temporal }) => {
  let dataDir: string;
  let binary: string;
  const children: TemporalChild[] = [];

  async function start(more: Partial<ChildOptions> = {}): Promise<TemporalChild> {
    const times = { watch: 20, firstPause: 20, ...more.times };
    const child = await startTemporalChild({ binary, dataDir, log, ...more, times });
    children.push(child);
    return child;
  }

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'registrar-child-'));
    const progress = createProgress();
    binary = temporal.binary ?? (await findTemporal({ environment: process.env, progress })).binary;
  });
  afterEach(async () => {
    killScripts();
    for (const child of children.splice(0)) await child.stop();
    for (const pid of await processesOf(dataDir)) process.kill(pid, 'SIGKILL');
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  });

  it('survives kill -9 of Registrar, is adopted on its port, and ends with the next orderly stop', async () => {
    const first = startScript('runTemporal', [binary, dataDir]);
    const before = await first.next();
    expect(before).toMatchObject({ adopted: false });
    first.kill('SIGKILL');
    await first.ended;
    expect(await isAlive(Number(before['pid']))).toBe(true);

    const second = startScript('runTemporal', [binary, dataDir]);
    expect(await second.next()).toEqual({ ...before, adopted: true });
    second.kill('SIGTERM');
    expect(await second.ended).toBe(0);
    expect(await isAlive(Number(before['pid']))).toBe(false);
    expect(await processesOf(dataDir)).toEqual([]);
  });

  it('is started again on the same port when it dies, also after an adoption, and keeps its data', async () => {
    const script = startScript('runTemporal', [binary, dataDir]);
    await script.next();
    script.kill('SIGKILL');
    await script.ended;

    const child = await start();
    expect(child.adopted).toBe(true);
    const connection = await Connection.connect({ address: child.address });
    const client = new Client({ connection });
    await client.workflow.start('anything', { taskQueue: 'nobody', workflowId: 'survivor' });
    for (let round = 0; round < 2; round += 1) {
      const pid = child.pid();
      let exits = 0;
      child.onExit(() => {
        exits += 1;
      });
      process.kill(pid ?? 0, 'SIGKILL');
      await vi.waitFor(() => expect(child.pid()).not.toBe(pid), { timeout: 30_000 });
      await vi.waitFor(() => expect(child.pid()).not.toBeNull(), { timeout: 30_000 });
      expect(exits).toBe(1);
    }
    const { status } = await client.workflow.getHandle('survivor').describe();
    expect(status.name).toBe('RUNNING');
    await connection.close();
    await child.stop();
    expect(await processesOf(dataDir)).toEqual([]);
  });

  it('keeps its port over an orderly stop, unless somebody else took it', async () => {
    const first = await start();
    await first.stop();
    const second = await start();
    expect(second).toMatchObject({ address: first.address, adopted: false });
    await second.stop();
    const squatter = createServer().listen(portOf(first.address), '127.0.0.1');
    const third = await start();
    expect(third.address).not.toBe(first.address);
    await new Promise((resolve) => squatter.close(resolve));
  });

  it('replaces a survivor that was started in another way', async () => {
    const script = startScript('runTemporal', [binary, dataDir]);
    const before = await script.next();
    script.kill('SIGKILL');
    await script.ended;
    const other = join(dataDir, 'other-temporal');
    await writeFile(other, `#!/bin/sh\nexec "${binary}" "$@"\n`);
    await chmod(other, 0o700);
    const child = await start({ binary: other });
    expect(child).toMatchObject({ adopted: false, address: before['address'] });
    expect(await isAlive(Number(before['pid']))).toBe(false);
  });

  it('believes neither a pid that belongs to another process nor an unreadable record', async () => {
    const first = await start();
    await first.stop();
    await writeFile(join(dataDir, 'temporal', 'process'), `${process.pid}\n1 (temporal) S\n`);
    const second = await start();
    expect(second.adopted).toBe(false);
    await second.stop();
    await writeFile(join(dataDir, 'temporal', 'process'), 'x');
    await writeFile(join(dataDir, 'temporal', 'state.json'), '{"port":"x"}');
    const third = await start();
    expect(third.adopted).toBe(false);
    expect(await isAlive(process.pid)).toBe(true);
  });

  it('has a process group of its own, no variables of ours, private files and loopback only', async () => {
    process.env['REGISTRAR_TEST_CANARY'] = 'canary';
    const child = await start();
    delete process.env['REGISTRAR_TEST_CANARY'];
    const pid = child.pid() ?? 0;
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
    expect(Number(fields[2])).toBe(pid);
    expect(await readFile(`/proc/${pid}/environ`, 'utf8')).not.toContain('REGISTRAR');
    for (const name of ['state.json', 'process', 'server.log'])
      expect((await stat(join(dataDir, 'temporal', name))).mode & 0o077).toBe(0);
    expect((await stat(join(dataDir, 'temporal'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(dataDir, 'temporal'))).toContain('temporal.db-wal');
    expect(child.address).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it('says where to look when the server does not run, and leaves nothing behind', async () => {
    const broken = join(dataDir, 'broken-temporal');
    await writeFile(broken, '#!/bin/sh\nexit 3\n');
    await chmod(broken, 0o700);
    await expect(start({ binary: broken })).rejects.toThrow(TemporalChildError);
    await writeFile(broken, '#!/bin/sh\nexec sleep 60\n');
    const attempt = start({ binary: broken, times: { answer: 200, stop: 200 } });
    await expect(attempt).rejects.toThrow(/server\.log/);
    expect(await processesOf(dataDir)).toEqual([]);
  });

  it('leaves nothing behind when a start is given up', async () => {
    const stopping = new AbortController();
    const slow = join(dataDir, 'slow-temporal');
    await writeFile(slow, '#!/bin/sh\nexec sleep 60\n');
    await chmod(slow, 0o700);
    const failure = start({ binary: slow, signal: stopping.signal }).catch((error: unknown) => error);
    await vi.waitFor(() => stat(join(dataDir, 'temporal', 'process')), { timeout: 10_000 });
    stopping.abort();
    expect(await failure).toBeInstanceOf(TemporalChildError);
    await expect(stat(join(dataDir, 'temporal', 'process'))).rejects.toThrow('ENOENT');
    await expect(start({ signal: stopping.signal })).rejects.toBe(stopping.signal.reason);
    expect(await processesOf(dataDir)).toEqual([]);
  });

  it('can be stopped while it is being started again', async () => {
    const child = await start({ times: { watch: 5, firstPause: 60_000 } });
    process.kill(child.pid() ?? 0, 'SIGKILL');
    await vi.waitFor(() => expect(child.pid()).toBeNull(), { timeout: 10_000 });
    await child.stop();
    expect(await processesOf(dataDir)).toEqual([]);
  });
});
