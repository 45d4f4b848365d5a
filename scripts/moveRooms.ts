import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { moves } from './rooms.ts';

/**
 * Moves the files of `scripts/rooms.ts`, with the tests that mirror them, and rewrites what names them: imports,
 * `new URL(…, import.meta.url)`, and paths from the root in sources, tables and pages. Repeatable: what was moved
 * already stays, so that whoever works on a branch from before runs it there, then rebases.
 *
 * Usage: node scripts/moveRooms.ts && npx biome check --write .
 */
const root = join(import.meta.dirname, '..');
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)));

const moved = new Map(files.map((file) => [file, newPathOf(file)]));

for (const file of files) rewrite(file);
for (const [from, to] of moved) {
  if (from === to) continue;
  mkdirSync(dirname(join(root, to)), { recursive: true });
  renameSync(join(root, from), join(root, to));
}
process.stdout.write(`${[...moved].filter(([from, to]) => from !== to).length} files moved\n`);

function newPathOf(file: string): string {
  const direct = mapped(file);
  if (direct !== null) return direct;
  const test = /^(test\/(?:unit|integration)\/)(.+?)(\.test)?\.ts$/.exec(file);
  if (test === null) return file;
  const [, prefix, path, suffix = ''] = test;
  const source = mapped(`${path}.ts`);
  return source === null ? file : `${prefix}${source.replace(/\.ts$/, '')}${suffix}.ts`;
}

/** By its own entry, else by that of the nearest folder above it; null = it stays. */
function mapped(file: string): string | null {
  for (let path = file; path !== '.'; path = posix.dirname(path)) {
    const to = moves[path];
    if (to !== undefined) return to + file.slice(path.length);
  }
  return null;
}

function rewrite(file: string): void {
  if (!/\.(ts|tsx|js|json|md)$/.test(file) || /^(CHANGELOG\.md|package-lock\.json|scripts\/rooms\.ts)$/.test(file))
    return;
  if (file.startsWith('test/histories/') && file.endsWith('.json')) return;
  const before = readFileSync(join(root, file), 'utf8');
  const after = withPaths(/\.(ts|tsx|js)$/.test(file) ? withImports(file, before) : before);
  if (after !== before) writeFileSync(join(root, file), after);
}

function withImports(file: string, text: string): string {
  const here = posix.dirname(file);
  const there = posix.dirname(moved.get(file) ?? file);
  return text.replace(
    /(\bfrom |\bimport\(|\bimport |\bnew URL\()(['"])(\.{1,2}\/[^'"]*)\2/g,
    (whole, lead: string, quote: string, specifier: string) => {
      const target = posix.join(here, specifier);
      const folder = target.endsWith('/');
      const to = moved.get(target) ?? mapped(folder ? target.slice(0, -1) : target) ?? target;
      if (to === target && here === there) return whole;
      const relative = posix.relative(there, to) + (folder ? '/' : '');
      return `${lead}${quote}${relative.startsWith('.') ? relative : `./${relative}`}${quote}`;
    },
  );
}

function withPaths(text: string): string {
  return text.replace(
    /(?<![\w./-])((?:domain|activities|api|runtime|test\/unit|test\/integration)\/[\w./-]+\.ts)\b/g,
    (path) => moved.get(path) ?? path,
  );
}
