import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { scopeDifferenceKinds } from '../../../domain/registration/view.ts';
import { sayScope } from '../../../domain/scopes/dialect.ts';

const page = readFileSync(new URL('../../../docs/scopes.md', import.meta.url), 'utf8');
const rowsOf = (heading: string) => [
  ...(page.split(`## ${heading}`)[1]?.split('\n## ')[0] ?? '').matchAll(/^\| `(.+?)` \| (.+) \|$/gm),
];

it('the page on scopes explains each kind of difference', () => {
  expect(rowsOf('The report').map(([, kind]) => kind)).toEqual([...scopeDifferenceKinds]);
});

it('the page on scopes translates as the product does', () => {
  const rows = rowsOf('Which dialect a server speaks');
  expect(rows).toHaveLength(3);
  for (const [, first, second] of rows) {
    const text = `patient/Patient${first}`;
    expect(sayScope(text, 'v2')).toEqual({ kind: 'said', text: `patient/Patient${second?.replaceAll('`', '')}` });
  }
});
