import { expect, it } from 'vitest';
import { judgeKeptSecret } from '../../../../domain/credential/keptSecret.ts';

const day = 86_400_000;

it.each([
  ['with a third of its life left', 90 * day, 60 * day, 0, 'too-early'],
  ['with a tenth of its life left', 90 * day, 81 * day, 0, 'too-early'],
  ['with less than a tenth left', 90 * day, 81 * day + 1, 0, 'does-not-rotate'],
  ['after its end', 90 * day, 91 * day, 0, 'does-not-rotate'],
  ['early, after two other clients', 90 * day, 60 * day, 2, 'too-early'],
  ['early, after three other clients', 90 * day, 60 * day, 3, 'does-not-rotate'],
  ['that does not end', null, 600 * day, 0, 'too-early'],
] as const)('a secret that is kept %s', (_name, end, now, others, expected) => {
  expect(judgeKeptSecret({ from: 0, end }, now, others)).toBe(expected);
});
