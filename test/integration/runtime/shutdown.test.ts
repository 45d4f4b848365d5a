import { afterEach, describe, expect, it } from 'vitest';
import { killScripts, startScript } from './fixtures/script.ts';

describe('shutdown of a process', () => {
  afterEach(killScripts);

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('exits 0 after one %s', async (signal) => {
    const script = startScript('shutDown', []);
    await script.next();
    script.kill(signal);
    expect(await script.next()).toEqual({ closing: true });
    expect(await script.ended).toBe(0);
  });

  it('exits 130 after two Ctrl-C, whatever still runs', async () => {
    const script = startScript('shutDown', ['stuck']);
    await script.next();
    script.kill('SIGINT');
    expect(await script.next()).toEqual({ closing: true });
    script.kill('SIGINT');
    expect(await script.ended).toBe(130);
  });
});
