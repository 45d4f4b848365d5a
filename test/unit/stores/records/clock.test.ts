import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../../..');

test('SQL takes the time from one function, and the stores take theirs from the injected clock', () => {
  const others = /\b(?:current_timestamp|current_date|localtimestamp|clock_timestamp|statement_timestamp|Date\.now)\b/;
  // `now()` of SQL; a member or function of that name is ours.
  const sqlNow = /(?<![\w.${'])now\(\)(?! =>)/;
  const found = globSync('stores/**/*.ts', { cwd: root })
    .filter((file) => !file.includes('migrations/'))
    .flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      const inSql = [...text.matchAll(/sql(?:<[^`]*>)?`([^`]*)`/g)].map(([, statement = '']) => statement);
      return others.test(text) || inSql.some((statement) => sqlNow.test(statement)) ? [file] : [];
    });
  expect(found).toEqual([]);
});
