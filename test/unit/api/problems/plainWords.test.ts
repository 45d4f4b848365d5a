import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { problemOfIssues } from '../../../../api/problems/pointers.ts';
import { applicationBody } from '../../../../api/schemas/application.ts';
import { durationSchema } from '../../../../domain/client/metadata.ts';

function errorsOf(schema: z.ZodType, value: unknown): Record<string, string> {
  const { issues } = schema.safeParse(value).error ?? { issues: [] };
  const { errors = [] } = problemOfIssues(issues, 'body').problem;
  return Object.fromEntries(errors.map(({ pointer, message }) => [pointer ?? '', message]));
}

describe('what is wrong is told in plain words', () => {
  test.each<[z.ZodType, unknown, string]>([
    [z.strictObject({ a: z.string() }), {}, 'it is missing'],
    [z.strictObject({ a: z.string() }), { a: 5 }, 'must be a text'],
    [z.strictObject({ a: z.boolean() }), { a: 'yes' }, 'must be true or false'],
    [z.strictObject({ a: z.array(z.string()) }), { a: {} }, 'must be a list'],
    [z.strictObject({ a: z.enum(['b', 'c']) }), { a: 'd' }, 'must be one of "b", "c"'],
    [z.strictObject({ a: z.enum(['b', 'c']) }), {}, 'must be one of "b", "c"'],
    [z.strictObject({ a: z.string().min(1) }), { a: '' }, 'must not be empty'],
    [z.strictObject({ a: z.string().max(3) }), { a: 'long' }, 'must be at most 3 characters'],
    [z.strictObject({ a: z.array(z.string()).max(1) }), { a: ['b', 'c'] }, 'must be at most 1 entries'],
    [z.strictObject({ a: z.int().min(2) }), { a: 1 }, 'must be at least 2'],
    [z.strictObject({ a: z.url() }), { a: 'x' }, 'must be an absolute URL such as https://app.example.org/page'],
    [z.strictObject({ a: durationSchema }), { a: '2 weeks' }, 'must be an ISO 8601 duration such as PT10M or P30D'],
  ])('%#', (schema, value, words) => {
    expect(errorsOf(schema, value)).toEqual({ '/a': words });
  });
});

test('all that is wrong with an application is told at once', () => {
  const errors = errorsOf(applicationBody, {
    clientMetadata: { client_name: 5, redirect_uris: ['nonsense'], client_id: 'a' },
    launchUris: ['x'],
    authMethods: ['pkce'],
    environments: { 'Not An Id': { class: 'staging', clientMetadata: { redirect_uris: ['nonsense'] } } },
    rotationPolicy: { renewBefore: '2 weeks' },
    policies: { allowAnonymous: 'yes', allowAll: true },
  });
  expect(Object.keys(errors).sort()).toEqual([
    '/authMethods/0',
    '/clientMetadata/client_id',
    '/clientMetadata/client_name',
    '/clientMetadata/redirect_uris/0',
    '/clientMetadata/scope',
    '/environments/Not An Id',
    '/environments/Not An Id/class',
    '/environments/Not An Id/clientMetadata/redirect_uris/0',
    '/launchUris/0',
    '/policies/allowAll',
    '/policies/allowAnonymous',
    '/rotationPolicy/renewBefore',
  ]);
  for (const words of Object.values(errors)) expect(words).not.toMatch(/^Invalid|Too small|Too big|expected/);
});

test.each([null, 7, [], { clientMetadata: null }, { clientMetadata: [], environments: 7 }, { environments: { a: 1 } }])(
  'the judgement of %j does not throw',
  (value) => {
    expect(Object.keys(errorsOf(applicationBody, value)).length).toBeGreaterThan(0);
  },
);
