import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProgress } from '../../../../runtime/embedded/progress.ts';

function stream(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, written, write: (text: string) => written.push(text) };
}

describe('createProgress', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('rewrites one line with elapsed seconds on a terminal', async () => {
    const terminal = stream(true);
    const step = createProgress(terminal).step('Building');
    await vi.advanceTimersByTimeAsync(2_000);
    step.update('40 %');
    step.end('done');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(terminal.written).toEqual([
      'Building (0 s)',
      '\r\u001B[KBuilding (1 s)',
      '\r\u001B[KBuilding (2 s)',
      '\r\u001B[KBuilding: 40 % (2 s)',
      '\r\u001B[KBuilding: done (2 s)\n',
    ]);
  });

  it('writes plain lines elsewhere, one each fifteen seconds', async () => {
    const pipe = stream(false);
    const progress = createProgress(pipe);
    progress.note('Looking');
    const step = progress.step('Building');
    step.update('40 %');
    await vi.advanceTimersByTimeAsync(31_000);
    step.end('done');
    step.end('again');
    expect(pipe.written).toEqual([
      'Looking\n',
      'Building ...\n',
      'Building: 40 % (15 s) ...\n',
      'Building: 40 % (30 s) ...\n',
      'Building: done (31 s)\n',
    ]);
  });
});
