import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repeatsMember } from '../../../../protocols/smart/repeatedMember.ts';

describe('a repeated member', () => {
  it.each([
    ['none', '{"a":1,"b":2}', false],
    ['two at the top', '{"a":1,"b":2,"a":3}', true],
    ['two below', '{"x":[{"a":1},{"a":1,"a":2}]}', true],
    ['one in each of two objects', '{"a":{"a":1},"b":[{"a":1},{"a":1}]}', false],
    ['after an object with the same name', '{"a":{"b":1},"b":2,"a":3}', true],
    ['a value that looks like one', '{"a":"\\"a\\":1,","b":"{a:b:a:"}', false],
    ['an escaped backslash at the end', '{"a":"\\\\","b":1,"a":2}', true],
    ['no object', '[1,"a:a"]', false],
  ])('%s', (_name, json, expected) => {
    expect(repeatsMember(json)).toBe(expected);
  });

  it('is in nothing that JSON.stringify writes, and is in any object that is written twice', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (value) => {
        const json = JSON.stringify(value);
        expect(repeatsMember(json)).toBe(false);
        expect(repeatsMember(`{${json.slice(1, -1)},${json.slice(1, -1)}}`)).toBe(true);
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(typeof repeatsMember(text)).toBe('boolean');
      }),
    );
  });
});
