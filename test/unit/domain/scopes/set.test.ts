import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { covers, formatScope, parseScope } from '../../../../domain/scopes/scope.ts';
import { scopeSet } from '../../../../domain/scopes/set.ts';
import { anyScope, anyText } from '../../../support/scopeArbitraries.ts';

describe('scopes held together', () => {
  it.each([
    ['patient/Observation.rs', ['patient/Observation.r', 'patient/*.s'], true],
    ['patient/Observation.cr', ['patient/Observation.r'], false],
    ['patient/Observation.rs?a=1', ['patient/Observation.r?a=1', 'patient/Observation.s'], true],
    ['patient/Observation.rs', ['patient/Observation.rs?a=1'], false],
    ['patient/*.rs', ['patient/Observation.rs', 'patient/Patient.rs'], false],
    ['launch', ['openid', 'launch'], true],
    ['launch', ['launch/patient'], false],
    ['patient/*.read', [], false],
  ])('%s by %j: %s', (asked, held, expected) => {
    expect(scopeSet(held).covers(asked)).toBe(expected);
  });

  it('cover what one of them covers, and themselves', () => {
    fc.assert(
      fc.property(fc.array(anyScope), anyScope, (held, asked) => {
        const set = scopeSet(held);
        if (held.some((scope) => covers(scope, asked))) expect(set.covers(asked)).toBe(true);
        for (const scope of held) expect(set.covers(scope)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('cover a scope of one letter only when one of them does', () => {
    fc.assert(
      fc.property(fc.array(anyScope), anyScope, (held, asked) => {
        const scope = parseScope(asked);
        fc.pre(scope.kind === 'plain' || scope.permissions.length === 1);
        expect(scopeSet(held).covers(asked)).toBe(held.some((one) => covers(one, asked)));
      }),
      { numRuns: 1000 },
    );
  });

  it('do not depend on how they are written or ordered', () => {
    fc.assert(
      fc.property(fc.array(anyText), anyText, (held, asked) => {
        const rewritten = scopeSet([...held].reverse().map((text) => formatScope(parseScope(text))));
        expect(rewritten.covers(asked)).toBe(scopeSet(held).covers(asked));
      }),
    );
  });

  it('are each looked at once, however many are compared with them', () => {
    const looks = (size: number) => {
      let count = 0;
      const held = new Proxy(
        Array.from({ length: size }, (_, index) => `patient/A${'b'.repeat(index % 50)}.rs`),
        {
          get(target, name, receiver) {
            if (typeof name === 'string' && /^\d+$/.test(name)) count += 1;
            return Reflect.get(target, name, receiver);
          },
        },
      );
      const set = scopeSet(held);
      for (let asked = 0; asked < size; asked += 1) set.covers('patient/Observation.rs');
      return count;
    };
    expect([looks(100), looks(1000)]).toEqual([100, 1000]);
  });
});
