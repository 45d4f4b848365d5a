import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { displayWidth, fitText, plainText, wrap } from '../../../cli/plainText.ts';

describe('plainText', () => {
  test.each([
    ['colour', '\u001b[31mred\u001b[0m', 'red'],
    ['title of the window', '\u001b]0;owned\u0007text', 'text'],
    ['cursor and erase', 'a\u001b[2J\u001b[1;1Hb', 'ab'],
    ['C1 controls', 'a\u009b31mb', 'ab'],
    ['lines', 'one\r\ntwo\u2028three', 'one two three'],
    ['bidirectional override', 'user\u202egnp.exe', 'usergnp.exe'],
    ['zero width', 'a\u200bb\ufeffc', 'abc'],
    ['backspace', 'ok\b\bno', 'okno'],
    ['letters of the world', 'Hôpital Zürich 東京', 'Hôpital Zürich 東京'],
  ])('%s', (_name, text, expected) => {
    expect(plainText(text)).toBe(expected);
  });

  test('never leaves anything that steers a terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(plainText(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe('fitText', () => {
  test('fills, cuts and counts wide characters as two', () => {
    expect(fitText('abc', 5)).toBe('abc  ');
    expect(fitText('abcdef', 4)).toBe('abc…');
    expect(fitText('東京病院', 5)).toBe('東京…');
    expect(fitText('東京病院', 4)).toBe('東… ');
  });

  test('always takes exactly the width that it was given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }).map(plainText), fc.integer({ min: 1, max: 40 }), (text, width) => {
        expect(displayWidth(fitText(text, width))).toBe(width);
      }),
    );
  });
});

test('wrap breaks between words and never exceeds the width', () => {
  expect(wrap('the quick brown fox', 10)).toEqual(['the quick', 'brown fox']);
  fc.assert(
    fc.property(fc.string().map(plainText), fc.integer({ min: 2, max: 30 }), (text, width) => {
      for (const line of wrap(text, width)) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    }),
  );
});
