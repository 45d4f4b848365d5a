import { existsSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { parseSync } from 'vite';
import { expect, test } from 'vitest';
import { importsOf } from '../../support/imports.ts';

const root = join(import.meta.dirname, '../../..');

interface Loaded {
  /** Files of ours. */
  readonly files: ReadonlySet<string>;
  /** Packages, each with the first file that names it. */
  readonly packages: ReadonlyMap<string, string>;
}

/** What a file loads when it runs, itself or by files of ours. */
function loadedBy(entry: string): Loaded {
  const packages = new Map<string, string>();
  const files = new Set<string>();
  const waiting = [entry];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    const source = stripTypeScriptTypes(readFileSync(file, 'utf8'));
    for (const specifier of importsOf(file, source)) {
      if (specifier?.startsWith('.')) waiting.push(join(dirname(file), specifier));
      else if (specifier !== null && !packages.has(specifier)) packages.set(specifier, relative(root, file));
    }
  }
  return { files, packages };
}

/**
 * Names of what a module keeps at its top that can change: every run shares the module. The SDK freezes what is
 * exported, but neither variables nor the content of maps and sets.
 */
function changeableIn(file: string, source: string): string[] {
  const { program } = parseSync(file, source);
  return program.body.flatMap((statement) => {
    const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declared?.type !== 'VariableDeclaration') return [];
    return declared.declarations.flatMap(({ id, init }) => {
      if (id.type !== 'Identifier') return [];
      const collection = init?.type === 'NewExpression' && init.callee.type === 'Identifier' ? init.callee.name : '';
      const readOnly = /^Readonly(Map|Set)$/.test(typeNameOf(id));
      const changes = declared.kind !== 'const' || (/^(Weak)?(Map|Set)$/.test(collection) && !readOnly);
      return changes ? [id.name] : [];
    });
  });
}

function typeNameOf({ typeAnnotation }: { readonly typeAnnotation?: unknown }): string {
  const name = (typeAnnotation as { typeAnnotation?: { typeName?: { name?: unknown } } } | null | undefined)
    ?.typeAnnotation?.typeName?.name;
  return typeof name === 'string' ? name : '';
}

test('workflow code loads nothing but the Temporal SDK', () => {
  // What is bundled is evaluated, and kept in memory, by every worker's sandbox.
  const { packages } = loadedBy(join(root, 'workflows/index.ts'));
  expect([...packages].filter(([name]) => name !== '@temporalio/workflow')).toEqual([]);
  expect(packages.has('@temporalio/workflow')).toBe(true);
});

test('a package behind a file of ours is found', () => {
  const schemas = join(root, 'domain/client/metadata.ts');
  expect(existsSync(schemas)).toBe(true);
  expect(loadedBy(schemas).packages.get('zod')).toBe('domain/client/metadata.ts');
});

test('workflow code keeps nothing that one run could leave to another', () => {
  const { files } = loadedBy(join(root, 'workflows/index.ts'));
  expect(files.size).toBeGreaterThan(20);
  const found = [...files].flatMap((file) =>
    changeableIn(file, readFileSync(file, 'utf8')).map((name) => `${relative(root, file)}: ${name}`),
  );
  expect(found).toEqual([]);
});

test.each([
  ['let runs = 0;', ['runs']],
  ['export let runs = 0;', ['runs']],
  ['const seen = new Set<string>();', ['seen']],
  ['const seen: Map<string, number> = new Map();', ['seen']],
  ['const seen = new WeakMap();', ['seen']],
  ["const known: ReadonlySet<string> = new Set(['a']);", []],
  ['const limit = 3;', []],
])('%s keeps %j', (source, names) => {
  expect(changeableIn('a.ts', source)).toEqual(names);
});
