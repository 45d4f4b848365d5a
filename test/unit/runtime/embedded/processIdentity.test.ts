import { describe, expect, it } from 'vitest';
import { isRunning, startTimeFromStat, startTimeOf } from '../../../../runtime/embedded/processIdentity.ts';
import { parseIdentity } from '../../../../runtime/embedded/temporal/childRecord.ts';

const stat = (pid: number, name: string, state: string, started: string) =>
  `${pid} (${name}) ${state} 1 ${pid} ${pid} 0 -1 4194304 1 0 0 0 1 1 0 0 20 0 7 0 ${started} 1 1 1\n`;

describe('startTimeFromStat', () => {
  it.each([
    [stat(7, 'temporal', 'S', '123456'), '123456'],
    [stat(7, 'a) S 1 (b', 'R', '99'), '99'],
    [stat(7, 'temporal', 'Z', '123456'), null],
    ['', null],
    ['7 (x) S', null],
  ])('reads %j as %s', (text, expected) => {
    expect(startTimeFromStat(text)).toBe(expected);
  });
});

describe('isRunning', () => {
  it('knows this process and no other with its pid', async () => {
    const startTime = await startTimeOf(process.pid);
    expect(startTime).not.toBeNull();
    expect(await isRunning({ pid: process.pid, startTime: startTime ?? '' })).toBe(true);
    expect(await isRunning({ pid: process.pid, startTime: `${startTime}0` })).toBe(false);
    expect(await startTimeOf(4_194_303)).toBeNull();
  });
});

describe('parseIdentity', () => {
  it.each([
    [`7\n${stat(7, 'sh', 'S', '42')}`, { pid: 7, startTime: '42' }],
    ['7\nSat Nov 21  09:00:00 2026\n', { pid: 7, startTime: 'Sat Nov 21 09:00:00 2026' }],
    ['7\n', null],
    ['\n\n', null],
    ['-1\nx', null],
    ['7', null],
  ])('reads %j', (text, expected) => {
    expect(parseIdentity(text)).toEqual(expected);
  });
});
