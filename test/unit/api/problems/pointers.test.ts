import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { pointerOf, problemOfIssues } from '../../../../api/problems/pointers.ts';

/** RFC 6901 section 4, for the tests. */
function follow(document: unknown, pointer: string): unknown {
  const parts = pointer.split('/').slice(1);
  const names = parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return names.reduce((value, name) => (value as Record<string, unknown>)[name], document);
}

describe('pointers', () => {
  test('lead to the member that they name, whatever its name is (RFC 6901)', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 90 }), { maxLength: 6 }), (path) => {
        const nest = (inner: unknown, name: string) => Object.fromEntries([[name, inner]]);
        const document = path.toReversed().reduce<unknown>(nest, 'found');
        expect(follow(document, pointerOf(path))).toBe('found');
      }),
    );
  });

  test('do not repeat endless names', () => {
    expect(pointerOf(['x'.repeat(1_000_000)]).length).toBeLessThan(200);
  });
});

describe('problems of issues', () => {
  const schema = z.strictObject({ a: z.array(z.strictObject({ b: z.string() })), c: z.string().max(3) });
  const problemOf = (value: unknown) => problemOfIssues(schema.safeParse(value).error!.issues, 'body').problem;

  test.each([
    [{ c: 'x' }, ['/a']],
    [{ a: [{ b: '' }, {}], c: 'x' }, ['/a/1/b']],
    [{ a: [{ b: '', x: 1, 'y/z': 2 }], c: 'x' }, ['/a/0/x', '/a/0/y~1z']],
    [7, ['']],
  ])('%j is wrong at %j', (value, pointers) => {
    expect(problemOf(value).errors?.map(({ pointer }) => pointer)).toEqual(pointers);
  });

  test('never repeat a value', () => {
    const values = fc.record({ a: fc.constant([]), c: fc.string({ minLength: 12 }) });
    fc.assert(fc.property(values, (value) => !JSON.stringify(problemOf(value)).includes(value.c)));
  });

  test('are bounded in number', () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_none, index) => [`m${index}`, 1]));
    expect(problemOf({ a: [], c: 'x', ...many }).errors).toHaveLength(50);
  });

  test('name parameters of queries and headers', () => {
    const issues = z.strictObject({ limit: z.coerce.number() }).safeParse({ limit: 'x', other: 1 }).error!.issues;
    const places = (part: 'querystring' | 'headers') => problemOfIssues(issues, part).problem;
    expect(places('querystring').errors?.map(({ parameter }) => parameter)).toEqual(['limit', 'other']);
    expect(places('querystring').status).toBe(422);
    expect(places('headers').status).toBe(400);
  });
});
