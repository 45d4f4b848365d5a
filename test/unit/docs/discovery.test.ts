import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { healthSystemNames, healthSystemsFolder } from '../../support/healthSystems.ts';

const page = readFileSync(new URL('../../../docs/discovery.md', import.meta.url), 'utf8');

it.each(healthSystemNames())('the page on discovery explains every finding at %s', (name) => {
  const expected = JSON.parse(readFileSync(new URL(`${name}/expected.json`, healthSystemsFolder), 'utf8'));
  for (const finding of expected.findings as string[]) {
    const code = finding.split(' ')[1] ?? '';
    const ending = /-(content-type|redirected|repeated-member)$/.exec(code)?.[0];
    expect(page).toContain(ending === undefined ? `\`${code}\`` : `\`…${ending}\``);
  }
});
