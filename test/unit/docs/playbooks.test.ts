import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadPlaybooks } from '../../../runtime/playbooks.ts';
import { pagesDirectory, playbookPage } from '../../../scripts/playbookPages.ts';

const { all } = await loadPlaybooks();

test('every playbook has its page, and no other page is there', () => {
  expect(readdirSync(pagesDirectory).sort()).toEqual(all.map(({ id }) => `${id}.md`));
});

test.each(all.map((playbook) => [playbook.id, playbook] as const))(
  'the page of %s says what its playbook says; "node scripts/playbookPages.ts" makes it anew',
  (id, playbook) => {
    expect(readFileSync(join(pagesDirectory, `${id}.md`), 'utf8')).toBe(playbookPage(playbook));
  },
);

test.each(all.map((playbook) => [playbook.id, playbook] as const))(
  'every footnote of %s leads somewhere',
  (_id, playbook) => {
    const page = playbookPage(playbook);
    const [body = '', sources = ''] = page.split('## Sources');
    const cited = new Set([...body.matchAll(/\[\^([a-z0-9-]+)\]/g)].map(([, name]) => name));
    const defined = new Set([...sources.matchAll(/^\[\^([a-z0-9-]+)\]: /gm)].map(([, name]) => name));
    expect(cited).toEqual(defined);
  },
);
