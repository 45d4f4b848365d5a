import fc from 'fast-check';
import { expect, test } from 'vitest';
import { preferredType } from '../../../../api/plugins/acceptable.ts';

const offered = ['application/json', 'text/markdown', 'text/html'] as const;

test.each([
  [undefined, 'application/json'],
  ['', 'application/json'],
  ['*/*', 'application/json'],
  ['application/json', 'application/json'],
  ['text/markdown', 'text/markdown'],
  ['TEXT/HTML', 'text/html'],
  ['text/*', 'text/markdown'],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html'],
  ['text/html;q=0.5, text/markdown;q=0.9', 'text/markdown'],
  ['text/html;level=1;q=0.7, application/json;q=0.6', 'text/html'],
  ['*/*;q=0.1, text/html;q=0', 'application/json'],
  ['text/*;q=0, */*', 'application/json'],
  ['application/pdf, */*;q=0', null],
  ['application/pdf', null],
  ['text/html;q=0', null],
  ['nonsense', null],
  ['text/html;q=2', 'text/html'],
  [`${'a/b,'.repeat(60)}text/html`, null],
])('Accept: %s', (accept, type) => {
  expect(preferredType(accept, offered)).toBe(type);
});

test('any header is answered, by an offer or by none', () => {
  fc.assert(
    fc.property(fc.string(), (accept) => {
      expect([null, ...offered]).toContain(preferredType(accept, offered));
    }),
  );
});

test('a long header is read in no time', () => {
  expect(preferredType(`text/html${';'.repeat(16_000)}x`, offered)).toBe('text/html');
  expect(preferredType(`${' '.repeat(16_000)}x`, offered)).toBeNull();
  expect(preferredType(`text/html;${' q='.repeat(5_000)}`, offered)).toBe('text/html');
});
