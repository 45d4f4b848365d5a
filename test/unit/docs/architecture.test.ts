import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
const named = [...page.matchAll(/`([\w-]+(?:\/[\w.-]+)*)`/g)].map(([, path = '']) => path);
const foldersOf = (room: string) =>
  readdirSync(join(root, room), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${room}/${name}`);

describe('the page about the architecture', () => {
  it.each(named.filter((path) => path.includes('/')))('names %s, which exists', (path) => {
    expect(existsSync(join(root, path)) || existsSync(join(root, 'docs', path))).toBe(true);
  });

  it.each(foldersOf('domain'))('has a sentence for %s', (room) => {
    expect(page).toContain(`\`${room}\``);
  });

  it('has a sentence for every other room', () => {
    const hidden = new Set(['node_modules', 'dist', 'docs', 'bin', 'coverage']);
    const rooms = readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !hidden.has(entry.name))
      .map(({ name }) => name);
    expect(rooms.filter((room) => !named.some((path) => path === room || path.startsWith(`${room}/`)))).toEqual([]);
  });
});

describe('the dated notes of decisions', () => {
  const folder = join(root, 'docs/design');
  const notes = readdirSync(folder).filter((name) => name !== 'README.md');
  const index = readFileSync(join(folder, 'README.md'), 'utf8');

  it.each(notes)('%s has its date, what was decided, why, and what it was chosen instead of', (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const [date = ''] = /^\d{4}-\d{2}-\d{2}/.exec(name) ?? [];
    expect(text.split('\n')[0]).toContain(`(${date})`);
    for (const part of ['**Decision.**', '**Why.**', '**Instead of.**']) expect(text).toContain(part);
    expect(index).toContain(`(${name})`);
  });
});
