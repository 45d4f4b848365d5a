import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sabotages } from '../../../scripts/sabotageTable.ts';

const root = join(import.meta.dirname, '../../..');

test('names are unique', () => {
  expect(new Set(sabotages.map(({ name }) => name)).size).toBe(sabotages.length);
});

/** `npm run sabotage` is not part of `npm test`: this keeps its table from falling behind the code. */
test.each(sabotages.map((sabotage) => [sabotage.name, sabotage] as const))('"%s" can be made', (_, sabotage) => {
  const text = readFileSync(join(root, sabotage.file), 'utf8');
  expect(text.split(sabotage.from)).toHaveLength(2);
  expect(text.replace(sabotage.from, () => sabotage.to)).not.toBe(text);
  expect(existsSync(join(root, sabotage.test.file))).toBe(true);
});
