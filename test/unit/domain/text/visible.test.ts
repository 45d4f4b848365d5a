import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visibleText } from '../../../../domain/text/visible.ts';

/** Every code point, halves of surrogate pairs included. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 60 })
  .map((points) => String.fromCodePoint(...points));

test.each([
  ['plain, with accents: é ü 漢字 🙂', 'plain, with accents: é ü 漢字 🙂'],
  ['a\u001b[31mb', 'a\\u{1b}[31mb'],
  ['line\nbreak\ttab', 'line\\u{a}break\\u{9}tab'],
  ['\u202eabc', '\\u{202e}abc'],
  ['a\u200bb\ufeff', 'a\\u{200b}b\\u{feff}'],
  ['\u009b2J\u2028', '\\u{9b}2J\\u{2028}'],
  ['\ud800', '\\u{d800}'],
  ['\u{e0041}', '\\u{e0041}'],
])('%j', (text, shown) => {
  expect(visibleText(text)).toBe(shown);
});

test('nothing invisible is left, and nothing is dropped', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const shown = visibleText(text);
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(shown.length).toBeGreaterThanOrEqual([...text].length);
      expect(visibleText(shown)).toBe(shown);
    }),
  );
});
