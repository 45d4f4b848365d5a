import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, cleanJson, cleanText } from '../../../../stores/records/json.ts';

/** Members in the opposite order, as a jsonb column may give them back. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, member]) => [name, reversed(member)]),
  );
}

describe('canonicalJson', () => {
  it('says the same whatever the order of members, and can be parsed', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const plain = cleanJson(value);
        expect(canonicalJson(reversed(plain))).toBe(canonicalJson(plain));
        expect(canonicalJson(JSON.parse(canonicalJson(plain)))).toBe(canonicalJson(plain));
      }),
    );
  });

  it('tells values apart', () => {
    const texts = [null, 0, '0', [], {}, [null], [[]], { a: 1 }, { a: '1' }, { a: [1] }, { b: 1 }, '{"a":1}'].map(
      canonicalJson,
    );
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('leaves members out that JSON cannot hold', () => {
    expect(canonicalJson({ b: undefined, a: [undefined] })).toBe('{"a":[null]}');
  });
});

describe('cleanText', () => {
  it.each([
    ['plain text, ünïcode 😀', 'plain text, ünïcode 😀'],
    ['\u0000', '\ufffd'],
    ['a\ud83db', 'a\ufffdb'],
    ['\udc00', '\ufffd'],
  ])('makes %j into %j', (given, expected) => {
    expect(cleanText(given)).toBe(expected);
  });

  it('cleans names and values at every depth', () => {
    expect(cleanJson({ 'a\u0000': [{ b: '\u0000' }], c: undefined, d: 1 })).toEqual({
      'a\ufffd': [{ b: '\ufffd' }],
      d: 1,
    });
  });

  it('keeps a member called __proto__ a member', () => {
    const cleaned = cleanJson(JSON.parse('{"__proto__":{"a":1}}'));
    expect(JSON.stringify(cleaned)).toBe('{"__proto__":{"a":1}}');
  });
});
