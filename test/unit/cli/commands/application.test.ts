import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseApplicationFile } from '../../../../cli/commands/application.ts';
import { CommandError } from '../../../../cli/errors.ts';

describe('parseApplicationFile', () => {
  test('takes the id from the file or from the option', () => {
    const body = { clientMetadata: { client_name: 'A' } };
    const inFile = JSON.stringify({ applicationId: 'chart-app', ...body });
    expect(parseApplicationFile(inFile, undefined)).toEqual({ applicationId: 'chart-app', body });
    expect(parseApplicationFile(inFile, 'chart-app')).toEqual({ applicationId: 'chart-app', body });
    expect(parseApplicationFile(JSON.stringify(body), 'chart-app')).toEqual({ applicationId: 'chart-app', body });
  });

  test.each<[string, string, string | undefined, RegExp]>([
    ['what is not JSON, with the place', '{\n  "a": 1,\n}', undefined, /FILE: it is not JSON \(line 3 column 1\)/],
    ['an array', '[]', 'a', /FILE: it is not a JSON object/],
    ['null', 'null', 'a', /FILE/],
    ['no id', '{}', undefined, /applicationId.*--id/],
    ['two ids', '{"applicationId": "a"}', 'b', /--id/],
    ['a bad id', '{"applicationId": "A B"}', undefined, /applicationId.*a-z/],
    ['an id that is no text', '{"applicationId": 7}', undefined, /applicationId/],
    ['an id that is a path', '{}', '../keys', /applicationId/],
  ])('refuses %s', (_name, text, id, message) => {
    expect(() => parseApplicationFile(text, id)).toThrow(message);
  });

  test('any text is parsed or refused with exit code 2', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          parseApplicationFile(text, 'a');
        } catch (error) {
          expect(error).toBeInstanceOf(CommandError);
          expect((error as CommandError).exitCode).toBe(2);
        }
      }),
    );
  });
});
