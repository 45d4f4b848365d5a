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
