import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PlaybookError } from '../../../runtime/playbooks.ts';
import { loadVendorErrors } from '../../../runtime/vendorErrors.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'registrar-errors-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const file = (change: object = {}, sources: object[] = [{ id: 'doc', title: 'Doc', url: null }]) =>
  JSON.stringify({
    vendor: 'Example',
    errors: [
      {
        name: 'example-gone',
        when: { description: 'EXAMPLE-1234' },
        verdict: 'rejected',
        meaning: 'Gone.',
        sources: ['doc'],
        ...change,
      },
    ],
    sources,
  });

async function load(...texts: readonly string[]) {
  for (const [index, text] of texts.entries()) await writeFile(join(directory, `${index}.yaml`), text);
  return await loadVendorErrors(directory);
}

it('those of the product can be used', async () => {
  const names = (await loadVendorErrors()).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['oracle-unknown-tenant', 'entra-client-gone']));
});

it('what only people read is left out', async () => {
  expect(await load(file())).toEqual([
    { name: 'example-gone', when: { description: 'EXAMPLE-1234' }, verdict: 'rejected', meaning: 'Gone.' },
  ]);
});

it.each([
  ['an unknown source', file({ sources: ['other'] }), '"other" is not among "sources"'],
  ['no source', file({ sources: [] }), 'must name at least one source'],
  [
    'a source that nothing uses',
    file({}, [
      { id: 'doc', title: 'D', url: null },
      { id: 'x', title: 'X', url: null },
    ]),
    '"x" is used nowhere',
  ],
  [
    'status and code alone',
    file({ when: { status: 400, error: 'invalid_grant' } }),
    'must name "errorUri" or "description"',
  ],
  ['a text that fits nearly all', file({ when: { description: 'no' } }), 'when.description'],
  ['a verdict that there is not', file({ verdict: 'perhaps' }), 'verdict'],
  ['a member that there is not', file({ extra: 1 }), 'extra'],
])('%s is told', async (_what, text, told) => {
  const error = await load(text).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(PlaybookError);
  expect(String(error)).toContain(told);
});

it('a name that stands there twice is told', async () => {
  await expect(load(file(), file())).rejects.toThrow('"example-gone" stands there twice');
});
