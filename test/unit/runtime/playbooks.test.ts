import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { durationToMilliseconds } from '../../../domain/time/duration.ts';
import { playbooksDirectory } from '../../../runtime/paths.ts';
import { loadPlaybooks, PlaybookError, readPlaybook } from '../../../runtime/playbooks.ts';

const generic = await readFile(join(playbooksDirectory, 'generic.yaml'), 'utf8');
const epic = await readFile(join(playbooksDirectory, 'epic.yaml'), 'utf8');

const made: string[] = [];
afterEach(async () => {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true });
});

async function directoryWith(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'playbooks-'));
  made.push(directory);
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  return directory;
}

test('the playbooks of the product are there', async () => {
  const { all, generic: fallback } = await loadPlaybooks();
  expect(all.map(({ id }) => id)).toEqual([
    'athenahealth',
    'eclinicalworks',
    'epic',
    'generic',
    'meditech',
    'nextgen',
    'oracle-health',
    'veradigm',
  ]);
  expect(fallback.id).toBe('generic');
});

test('Epic takes up to 48 hours to distribute, Oracle Health does not say', async () => {
  const { all } = await loadPlaybooks();
  const longest = (id: string) => all.find((playbook) => playbook.id === id)?.distribution.longest;
  expect(durationToMilliseconds(longest('epic') ?? '')).toBe(48 * 3_600_000);
  expect(longest('oracle-health')).toBeNull();
});

test('nobody else is recognised by the host or path of another', async () => {
  const { all } = await loadPlaybooks();
  const patterns = all.flatMap(({ recognise }) => [...recognise.hosts, ...recognise.paths]);
  expect(new Set(patterns).size).toBe(patterns.length);
});

const broken: readonly (readonly [string, (text: string) => string, RegExp])[] = [
  ['no YAML', () => 'id: [', /^epic\.yaml: /],
  ['a key twice', (text) => `${text}\nid: epic\n`, /unique/i],
  ['a tag', (text) => text.replace('vendor: Epic', 'vendor: !!js/function "x"'), /tag/i],
  ['another document behind it', (text) => `${text}\n---\nid: other\n`, /multiple documents/i],
  ['nothing', () => '', /the document/],
  ['an unknown member', (text) => `${text}\ncolour: red\n`, /Unrecognized key/],
  ['another id than the file', (text) => text.replace('id: epic', 'id: epick'), /id: must be "epic"/],
  ['no client id to bring back', (text) => text.replace('field: clientId', 'field: expiresAt'), /"clientId"/],
  ['a field twice', (text) => text.replace('field: clientSecret', 'field: clientId'), /stands there twice/],
  [
    'a wait that is none',
    (text) => text.replace('expectedWait: PT48H', 'expectedWait: two days'),
    /steps\.4\.expectedWait/,
  ],
  ['months', (text) => text.replace('longest: PT48H', 'longest: P2M'), /distribution\.longest/],
  ['somebody unknown', (text) => text.replace('who: vendor', 'who: somebody'), /steps\.4\.who/],
  [
    'a source that is not there',
    (text) => text.replace('sources: [epic-jku]', 'sources: [epic-x]'),
    /"epic-x" is not among/,
  ],
  [
    'a source that is used nowhere',
    (text) => text.replace('sources: [epic-jku]', 'sources: [facts]'),
    /"epic-jku" is used nowhere/,
  ],
  [
    'a claim without source',
    (text) => text.replace('dialect: v2, sources: [epic-smart]', 'dialect: v2, sources: []'),
    /scopes\.sources/,
  ],
  [
    'certified by nobody',
    (text) =>
      text.replace(
        'answer: unknown, developer: Epic Systems Corporation, sources: []',
        'answer: yes, developer: null, sources: [facts]',
      ),
    /certified\.developer/,
  ],
  ['plain http', (text) => text.replace('portal: https://', 'portal: http://'), /portal/],
  ['a host with a path', (text) => text.replace("'*.epic.com'", "'*.epic.com/r4'"), /recognise\.hosts/],
  ['a path in capitals', (text) => text.replace('/api/fhir/', '/api/FHIR/'), /recognise\.paths/],
  ['an escape sequence', (text) => text.replace('vendor: Epic', 'vendor: "\\e[31mEpic"'), /vendor/],
  ['a right-to-left override', (text) => text.replace('vendor: Epic', 'vendor: "\\u202eEpic"'), /vendor/],
];

test.each(broken)('%s is told', (_name, change, message) => {
  const text = change(epic);
  expect(text).not.toBe(epic);
  const result = readPlaybook('epic.yaml', text);
  expect(result).toEqual(expect.arrayContaining([expect.stringMatching(message)]));
  expect((result as string[]).every((line) => line.startsWith('epic.yaml: ') && !line.includes('\n'))).toBe(true);
});

test('`yes` is a word and no truth value, a date stays text', () => {
  const playbook = readPlaybook('epic.yaml', epic.replace('vendor: Epic', 'vendor: 2026-11-21'));
  expect(playbook).toMatchObject({ vendor: '2026-11-21' });
});

test('everything that is wrong is told at once, and what to do', async () => {
  const directory = await directoryWith({
    'generic.yaml': generic,
    'epic.yaml': epic.replace('who: vendor', 'who: somebody'),
    'acme.yaml': 'id: [',
    'README.md': 'not a playbook',
  });
  const failure = await loadPlaybooks(directory).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(PlaybookError);
  expect(String(failure)).toMatch(/acme\.yaml: [\s\S]*epic\.yaml: steps\.4\.who[\s\S]*Correct the playbooks in/);
});

test('there is always a generic one', async () => {
  await expect(loadPlaybooks(await directoryWith({ 'epic.yaml': epic }))).rejects.toThrow(
    'generic.yaml: it is missing',
  );
  await expect(loadPlaybooks('/nonexistent/playbooks')).rejects.toThrow(/cannot be read \(ENOENT\)/);
});

test('aliases of aliases do not fill the memory', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefghij'.split('').map((name, index) => {
      const before = 'abcdefghij'[index];
      return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(',')}]`;
    }),
  ].join('\n');
  expect(readPlaybook('bomb.yaml', bomb)).toEqual([expect.stringMatching(/^bomb\.yaml: /)]);
});

test('no text makes the reader throw', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 400 }), (text) => {
      expect(Array.isArray(readPlaybook('epic.yaml', text))).toBe(true);
    }),
  );
});
