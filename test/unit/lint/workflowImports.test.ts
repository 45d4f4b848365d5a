import { existsSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { importsOf } from '../../support/imports.ts';

const root = join(import.meta.dirname, '../../..');

/** Packages that a file loads when it runs, itself or by files of ours, each with the first file that names it. */
function packagesOf(entry: string): Map<string, string> {
  const packages = new Map<string, string>();
  const seen = new Set<string>();
  const waiting = [entry];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const source = stripTypeScriptTypes(readFileSync(file, 'utf8'));
    for (const specifier of importsOf(file, source)) {
      if (specifier?.startsWith('.')) waiting.push(join(dirname(file), specifier));
      else if (specifier !== null && !packages.has(specifier)) packages.set(specifier, relative(root, file));
    }
  }
  return packages;
}

test('workflow code loads nothing but the Temporal SDK', () => {
  // Every module of the bundle is evaluated, and kept in memory, once per workflow.
  const packages = packagesOf(join(root, 'workflows/index.ts'));
  expect([...packages].filter(([name]) => name !== '@temporalio/workflow')).toEqual([]);
  expect(packages.has('@temporalio/workflow')).toBe(true);
});

test('a package behind a file of ours is found', () => {
  const schemas = join(root, 'domain/client/metadata.ts');
  expect(existsSync(schemas)).toBe(true);
  expect(packagesOf(schemas).get('zod')).toBe('domain/client/metadata.ts');
});
