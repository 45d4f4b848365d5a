import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importsOf } from '../../support/imports.ts';

const root = join(import.meta.dirname, '../../..');

interface Rule {
  /** Rooms that may be imported besides the room itself. */
  readonly rooms: readonly string[];
  /** Packages that may be imported; any when absent. */
  readonly packages?: readonly string[];
}

/** DESIGN section 3. `scripts`, `bench` and `test` stand outside and may import everything. */
const rules: Readonly<Record<string, Rule>> = {
  domain: { rooms: [], packages: ['zod'] },
  workflows: { rooms: ['domain'], packages: ['@temporalio/workflow'] },
  protocols: { rooms: ['domain'] },
  stores: { rooms: ['domain'] },
  activities: { rooms: ['domain', 'protocols', 'stores'] },
  api: { rooms: ['domain', 'protocols', 'stores'] },
  runtime: { rooms: ['domain', 'protocols', 'stores', 'activities', 'workflows', 'api'] },
  cli: { rooms: ['domain', 'stores', 'api', 'runtime'] },
  sandbox: { rooms: ['domain', 'runtime'] },
  dashboard: { rooms: ['domain'] },
};
/** Rooms of domain/ that know nobody, not even another room of it. */
const loners = ['domain/reasons', 'domain/text', 'domain/time'];
const rooms = [...Object.keys(rules), 'scripts', 'bench', 'test'];

/** Why `file` may not import `request`, or null when it may. Paths are relative to the repository, with `/`. */
function violation(file: string, request: string | null): string | null {
  const room = file.split('/')[0]!;
  const rule = rules[room];
  if (rule === undefined) return null;
  const loner = loners.find((one) => file.startsWith(`${one}/`));
  if (loner !== undefined && !request?.startsWith('./'))
    return `${file} imports ${request}; ${loner}/ may import no other room`;
  if (request === null) return `${file} imports by a computed name`;
  if (!request.startsWith('.')) {
    if (rule.packages === undefined || rule.packages.includes(request)) return null;
    return `${file} imports ${request}; ${room}/ may import ${rule.packages.join(', ')}`;
  }
  const target = posix.join(posix.dirname(file), request).split('/')[0]!;
  if (target === room || rule.rooms.includes(target) || !rooms.includes(target)) return null;
  return `${file} imports ${request}; ${room}/ may import ${rule.rooms.join(', ') || 'no other room'}`;
}

function sources(): string[] {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts', '*.tsx'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed.split('\n').filter((file) => rooms.includes(file.split('/')[0]!));
}

function violationsIn(file: string, source: string): string[] {
  return importsOf(file, source)
    .map((request) => violation(file, request))
    .filter((found) => found !== null);
}

describe('import direction', () => {
  test('no room imports against the arrows', () => {
    const files = sources();
    expect(files.length).toBeGreaterThan(10);
    expect(files.flatMap((file) => violationsIn(file, readFileSync(join(root, file), 'utf8')))).toEqual([]);
  });

  test.each([
    ['domain/a.ts', "import { readFile } from 'node:fs/promises';"],
    ['domain/a.ts', "import type { Pool } from 'pg';"],
    ['domain/deep/a.ts', "export * from '../../stores/records/index.ts';"],
    ['domain/text/a.ts', "import type { Reason } from '../reasons/index.ts';"],
    ['domain/time/a.ts', "import { z } from 'zod';"],
    ['domain/reasons/a.ts', "import type { Phase } from '../words.ts';"],
    ['workflows/steps/a.ts', "import type { A } from '../../activities/index.ts';"],
    ['workflows/a.ts', "import { z } from 'zod';"],
    ['protocols/a.ts', "import { s } from '../stores/secrets/database.ts';"],
    ['stores/a.ts', "type A = import('../protocols/a.ts').A;"],
    ['activities/a.ts', "const a = await import('../runtime/config.ts');"],
    ['api/a.ts', 'const a = await import(name);'],
    ['sandbox/a.ts', "import { guard } from '../protocols/http/client.ts';"],
    ['runtime/a.ts', "import { x } from '../test/support/x.ts';"],
  ])('catches in %s: %s', (file, source) => {
    expect(violationsIn(file, source)).toHaveLength(1);
  });

  test.each([
    ['domain/a.ts', "import { z } from 'zod'; import { b } from './b.ts';"],
    ['domain/time/durationText.ts', "import { durationToMilliseconds } from './duration.ts';"],
    ['domain/scopes/a.ts', "import type { Reason } from '../reasons/index.ts';"],
    ['workflows/a.ts', "import { sleep } from '@temporalio/workflow'; import type { P } from '../domain/ports.ts';"],
    ['activities/a.ts', "import { s } from '../stores/secrets/aws.ts'; import fs from 'node:fs';"],
    ['test/unit/a.test.ts', "import { a } from '../../runtime/a.ts';"],
  ])('lets pass in %s: %s', (file, source) => {
    expect(violationsIn(file, source)).toEqual([]);
  });
});

describe('biome.json', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'registrar-lint-'));
    cpSync(join(root, 'biome.json'), join(folder, 'biome.json'));
    cpSync(join(root, '.gitignore'), join(folder, '.gitignore'));
    for (const room of rooms) {
      mkdirSync(join(folder, room));
      for (const target of rooms)
        if (target !== room) writeImport(`${room}/${target}Import.ts`, `../${target}/deep/thing.ts`);
      writeImport(`${room}/nodeImport.ts`, 'node:fs');
    }
    for (const loner of loners) {
      mkdirSync(join(folder, loner));
      writeImport(`${loner}/ownImport.ts`, './thing.ts');
      writeImport(`${loner}/roomImport.ts`, '../ids.ts');
      writeImport(`${loner}/packageImport.ts`, 'zod');
    }
    mkdirSync(join(folder, 'domain/circle'));
    writeFileSync(join(folder, 'domain/circle/a.ts'), "import type { B } from './b.ts';\nexport type A = B | 1;\n");
    writeFileSync(join(folder, 'domain/circle/b.ts'), "import type { A } from './a.ts';\nexport type B = A[];\n");
    writeFileSync(join(folder, 'api/speaks.ts'), "console.log('hello');\n");
    writeFileSync(join(folder, 'cli/speaks.ts'), "console.log('hello');\n");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function writeImport(file: string, request: string): void {
    writeFileSync(join(folder, file), `export { thing } from '${request}';\n`);
  }

  /** Files in which Biome reports the rule. */
  function reported(rule: string): string[] {
    const biome = join(root, 'node_modules/.bin/biome');
    const run = spawnSync(biome, ['lint', '--reporter=json', '--max-diagnostics=none', '.'], {
      cwd: folder,
      encoding: 'utf8',
    });
    const report = JSON.parse(run.stdout) as { diagnostics: { category: string; location: { path: string } }[] };
    const found = report.diagnostics.filter((diagnostic) => diagnostic.category === `lint/${rule}`);
    return [...new Set(found.map((diagnostic) => diagnostic.location.path))].sort();
  }

  test('judges every pair of rooms as the table above does', () => {
    const expected = rooms.flatMap((room) => [
      ...rooms
        .filter((target) => violation(`${room}/a.ts`, `../${target}/deep/thing.ts`) !== null)
        .map((target) => `${room}/${target}Import.ts`),
      ...(violation(`${room}/a.ts`, 'node:fs') === null ? [] : [`${room}/nodeImport.ts`]),
    ]);
    const alone = loners.flatMap((loner) => [`${loner}/roomImport.ts`, `${loner}/packageImport.ts`]);
    expect(reported('style/noRestrictedImports')).toEqual([...expected, ...alone].sort());
  });

  test('refuses a circle, also of types', () => {
    expect(reported('suspicious/noImportCycles')).toEqual(['domain/circle/a.ts', 'domain/circle/b.ts']);
  });

  test('lets only the outside print', () => {
    expect(reported('suspicious/noConsole')).toEqual(['api/speaks.ts']);
  });
});
