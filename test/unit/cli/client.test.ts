import { describe, expect, test } from 'vitest';
import { problemError } from '../../../cli/client.ts';

describe('exit code and line of an error answer', () => {
  test.each<[string, number, unknown, number, string]>([
    [
      'a field',
      422,
      { title: 'Bad', detail: 'See errors.', errors: [{ pointer: '/name', message: 'must be text' }] },
      2,
      '/name: must be text (Bad)',
    ],
    [
      'two fields',
      422,
      {
        title: 'Bad',
        errors: [
          { pointer: '/a', message: 'x' },
          { parameter: 'limit', message: 'y' },
        ],
      },
      2,
      '/a: x; limit: y (Bad)',
    ],
    ['an unknown id', 404, { title: 'Not found', detail: 'Check the id.' }, 2, 'Not found: Check the id.'],
    [
      'an id that exists',
      409,
      { title: 'Exists', errors: [{ pointer: '/tenantId', message: 'is taken' }] },
      2,
      '/tenantId: is taken (Exists)',
    ],
    [
      'an operation that is not possible',
      409,
      { title: 'Not possible', detail: 'It is retired.' },
      1,
      'Not possible: It is retired.',
    ],
    ['a refused key', 401, { title: 'Refused' }, 1, 'Refused Give a valid key with --key-file FILE.'],
    ['a role', 403, { title: 'Role', detail: 'An operator is needed.' }, 1, 'Role: An operator is needed.'],
    ['a limit', 429, { title: 'Too many' }, 1, 'Too many'],
    ['no problem details', 502, '<html>\u001b[2J', 1, 'Registrar answered with status 502.'],
    ['hostile details', 500, { title: 'a\u001b[31mb\nc' }, 1, 'ab c'],
  ])('%s', (_name, status, body, exitCode, message) => {
    expect(problemError(status, body)).toMatchObject({ exitCode, message });
  });
});
