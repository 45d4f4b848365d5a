import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  DataDirectoryLockedError,
  isLocked,
  openDataDirectory,
  readAnnouncedUrl,
} from '../../../runtime/dataDirectory.ts';
import { killScripts, startScript } from './fixtures/script.ts';

describe('data directory', () => {
  let parent: string;
  let dataDir: string;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'registrar-data-'));
    dataDir = join(parent, 'a', 'b');
  });
  afterEach(async () => {
    killScripts();
    await rm(parent, { recursive: true });
  });

  it('is made private, with its parents', async () => {
    const directory = await openDataDirectory(dataDir);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    await directory.release();
  });

  it('refuses a second process and names the pid of the first', async () => {
    const first = startScript('holdDirectory', [dataDir]);
    expect(await first.next()).toMatchObject({ held: true });
    const second = startScript('holdDirectory', [dataDir]);
    expect(await second.next()).toEqual({
      held: false,
      message: expect.stringContaining(`in use by process ${first.pid}.`),
    });
    const here = await openDataDirectory(dataDir).catch((error: unknown) => error);
    expect(here).toBeInstanceOf(DataDirectoryLockedError);
    expect(here).toMatchObject({ pid: first.pid });
    expect(isLocked(dataDir)).toBe(true);
    expect(await readAnnouncedUrl(dataDir)).toBe('http://127.0.0.1:3000');
  });

  it('refuses this process a second time', async () => {
    const directory = await openDataDirectory(dataDir);
    expect(isLocked(dataDir)).toBe(true);
    await expect(openDataDirectory(dataDir)).rejects.toMatchObject({ pid: process.pid });
    expect(isLocked(dataDir)).toBe(true);
    await directory.release();
    expect(isLocked(dataDir)).toBe(false);
  });

  it('is freed by kill -9, although a child of the killed process lives on', async () => {
    const holder = startScript('holdDirectory', [dataDir, 'child']);
    const { child } = await holder.next();
    holder.kill('SIGKILL');
    expect(await holder.ended).toBe('SIGKILL');
    expect(process.kill(Number(child), 0)).toBe(true);
    expect(isLocked(dataDir)).toBe(false);
    expect(await readAnnouncedUrl(dataDir)).toBeNull();
    const directory = await openDataDirectory(dataDir);
    await directory.release();
    process.kill(Number(child), 'SIGKILL');
  });

  it('is freed and forgets its address on an orderly end', async () => {
    const holder = startScript('holdDirectory', [dataDir]);
    await holder.next();
    holder.kill('SIGTERM');
    expect(await holder.ended).toBe(0);
    expect(isLocked(dataDir)).toBe(false);
    await expect(stat(join(dataDir, 'url'))).rejects.toThrow('ENOENT');
  });

  it('lets exactly one of several processes in that start at once', async () => {
    const scripts = Array.from({ length: 4 }, () => startScript('holdDirectory', [dataDir]));
    const answers = await Promise.all(scripts.map((script) => script.next()));
    expect(answers.filter((answer) => answer['held'] === true)).toHaveLength(1);
  });

  it('does not disturb a start by asking whether it is locked', async () => {
    expect(isLocked(dataDir)).toBe(false);
    const script = startScript('holdDirectory', [dataDir]);
    let answered = false;
    const answer = script.next().finally(() => {
      answered = true;
    });
    while (!answered) {
      isLocked(dataDir);
      await new Promise(setImmediate);
    }
    expect(await answer).toMatchObject({ held: true });
  });
});
