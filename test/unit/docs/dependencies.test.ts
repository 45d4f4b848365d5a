import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
  string,
  Record<string, unknown>
>;
const page = readFileSync(join(root, 'docs/dependencies.md'), 'utf8');

/** Names under a heading, each with its reason. */
function listed(heading: string): Map<string, string> {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return new Map([...section.matchAll(/^- `([^`]+)`: (.+)$/gm)].map((match) => [match[1]!, match[2]!]));
}

test.each([
  ['At run time', 'dependencies'],
  ['Node itself', 'optionalDependencies'],
  ['To develop, build and test', 'devDependencies'],
  ['Overrides', 'overrides'],
])('%s: every package has its reason, and no other is listed', (heading, field) => {
  const reasons = listed(heading);
  expect([...reasons.keys()]).toEqual(Object.keys(manifest[field]!).sort());
  for (const reason of reasons.values()) expect(reason).toMatch(/^.{10,}\.$/);
});

test('every version is exact', () => {
  for (const field of ['dependencies', 'optionalDependencies', 'devDependencies', 'overrides'])
    for (const [name, version] of Object.entries(manifest[field]!)) expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
});
