import { expect, test } from 'vitest';
import { reasons } from '../../../domain/reasons/index.ts';
import { credentialHealths, phases } from '../../../domain/words.ts';
import { isOperatePageCurrent, operatePage } from '../../../scripts/operatePage.ts';

test('docs/operate.md is current (node scripts/operatePage.ts makes it so)', async () => {
  expect(await isOperatePageCurrent()).toBe(true);
});

test('it has every word that a person may meet', () => {
  const page = operatePage();
  for (const word of [...phases, ...credentialHealths, ...Object.keys(reasons)])
    expect(page).toContain(`| \`${word}\` |`);
});

test('it says what an orphan is, and what can be done about it', () => {
  expect(operatePage()).toMatch(
    /An orphan is a client that may exist.*GET \/v1\/orphans.*takes no entry off the list/s,
  );
});

test('it prints when a rotation is tried again, as the function that decides it does', () => {
  const page = operatePage();
  expect(page).toContain('| 90 d | 5 min | 68 | 26 | 5 |');
  expect(page).toContain('| 1 h | 12 s | 24 | 24 | 6 |');
  expect(page).toContain('| 1 | 0 s | 34 d 12 h | 1 h |');
  expect(page).toContain('| 2 | 15 min | 3 h |');
});
