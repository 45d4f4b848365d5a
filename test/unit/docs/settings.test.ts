import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseApplicationFile } from '../../../cli/commands/application.ts';
import {
  applicationSchema,
  clientMetadataSchema,
  environmentSchema,
  policiesSchema,
  rotationPolicySchema,
} from '../../../domain/client/metadata.ts';
import { authMethods, environmentClasses, roles } from '../../../domain/words.ts';

const root = join(import.meta.dirname, '../../..');
const page = readFileSync(join(root, 'docs/settings.md'), 'utf8');

/** The text below a heading, up to the next one. */
function section(heading: string): string {
  return page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
}

test.each<[string, string, readonly string[]]>([
  ['an application', 'Settings', Object.keys(applicationSchema.shape)],
  ['an environment', '`environments`', [...Object.keys(environmentSchema.shape), ...environmentClasses]],
  ['a rotation policy', '`rotationPolicy`', [...Object.keys(rotationPolicySchema.shape), 'start', 'end']],
  ['the policies', '`policies`', Object.keys(policiesSchema.shape)],
  ['client metadata', '`clientMetadata`', Object.keys(clientMetadataSchema.shape)],
  ['the ways to authenticate', 'Settings', authMethods],
  ['the roles', 'Roles', roles],
])('the page has every member of %s', (_what, heading, members) => {
  const text = heading === 'Settings' ? page : section(heading);
  expect(members.filter((member) => !text.includes(`\`${member}\``))).toEqual([]);
});

test('the example of the page is an application', () => {
  const { body } = parseApplicationFile(/```json\n(.*?)```/s.exec(page)?.[1] ?? '', undefined);
  expect(applicationSchema.safeParse(body).error?.issues).toBeUndefined();
});

test('README leads to the page', () => {
  expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain('(docs/settings.md)');
});
