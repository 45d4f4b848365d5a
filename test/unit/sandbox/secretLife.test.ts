import { describe, expect, it } from 'vitest';
import { ReplacedSecrets, replacesSecret } from '../../../sandbox/secretLife.ts';

describe('an update', () => {
  const life = { lifetime: 60, renewalShare: 0.5, overlap: 30 };
  it.each([
    ['right after issue', 1000, false],
    ['at half of the life', 1030, false],
    ['after half of the life', 1031, true],
    ['after the end', 1100, true],
  ])('%s', (_name, now, replaces) => {
    expect(replacesSecret(life, 1060, now)).toBe(replaces);
  });
});

describe('a replaced secret', () => {
  it('works until its overlap is over, for its own client only', () => {
    const replaced = new ReplacedSecrets();
    replaced.keep('c1', 'old', 100);
    expect(replaced.works('c1', 'old', 99)).toBe(true);
    expect(replaced.works('c1', 'old', 100)).toBe(false);
    expect(replaced.works('c1', 'other', 99)).toBe(false);
    expect(replaced.works('c2', 'old', 99)).toBe(false);
  });
});
