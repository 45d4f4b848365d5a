import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serverCommand } from '../../../../../runtime/embedded/temporal/command.ts';
import { judgeVersion, officialArchive } from '../../../../../runtime/embedded/temporal/release.ts';

describe('judgeVersion', () => {
  it.each([
    ['temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)\n', true],
    ['temporal version 1.5.0 (Server 1.29.0, UI 2.42.1)', true],
    ['temporal version 2.0.0 (Server 2.0.0, UI 3.0.0)', true],
    ['temporal version 0.0.0-DEV (Server 1.29.1, UI 2.42.1)', true],
    ['temporal version 0.0.0-DEV (Server 1.28.0, UI 2.42.1)', false],
    ['temporal version 0.0.0-DEV', false],
    ['temporal version 1.4.1 (Server 1.28.1, UI 2.39.0)', false],
    ['tctl version 1.18.0', false],
    ['', false],
  ])('judges %j as %s', (output, usable) => {
    expect(judgeVersion(output).usable).toBe(usable);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (output) => void judgeVersion(`temporal version ${output}`)));
  });
});

describe('officialArchive', () => {
  it.each([
    ['linux', 'x64', 'platform=linux&arch=amd64'],
    ['linux', 'arm64', 'platform=linux&arch=arm64'],
    ['darwin', 'x64', 'platform=darwin&arch=amd64'],
    ['darwin', 'arm64', 'platform=darwin&arch=arm64'],
  ])('knows %s/%s', (platform, arch, query) => {
    expect(officialArchive(platform, arch)).toEqual({
      url: `https://temporal.download/cli/archive/v1.5.1?${query}`,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it.each([
    ['linux', 'riscv64'],
    ['win32', 'x64'],
  ])('knows no checksum for %s/%s', (platform, arch) => {
    expect(officialArchive(platform, arch)).toBeNull();
  });
});

describe('serverCommand', () => {
  it('listens on loopback only, without web page, with the file and the settings that decide latency', () => {
    const command = serverCommand('/bin/temporal', '/data', 20_001).join(' ');
    for (const part of [
      '--ip 127.0.0.1 --port 20001 --http-port 0',
      '--headless',
      '--db-filename /data/temporal/temporal.db --sqlite-pragma journal_mode=WAL',
      'history.transferProcessorMaxPollRPS=2000',
      'history.timerProcessorMaxPollRPS=2000',
      'history.visibilityProcessorMaxPollRPS=2000',
      'system.enableActivityEagerExecution=true',
      'matching.enableFairness=true',
    ])
      expect(command).toContain(part);
  });
});
