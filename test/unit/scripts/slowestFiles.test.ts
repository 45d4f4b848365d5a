import { expect, test } from 'vitest';
import { slowestFiles } from '../../../scripts/slowestFiles.ts';

test('the slowest files come first, ten at most, named from the root', () => {
  const files = Array.from({ length: 12 }, (_, index) => ({
    name: `/root/test/${index}.test.ts`,
    startTime: 1000,
    endTime: 1000 + index * 1000,
  }));
  const lines = slowestFiles(files, '/root');
  expect(lines).toHaveLength(10);
  expect(lines[0]).toBe('    11.0 s  test/11.test.ts');
});

test('a file that never ended took no time', () => {
  expect(slowestFiles([{ name: '/root/a.test.ts', startTime: 5, endTime: 0 }], '/root')).toEqual([
    '     0.0 s  a.test.ts',
  ]);
});
