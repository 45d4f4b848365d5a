import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { covers, formatScope, parseScope, splitScopes } from '../../../../domain/scopes/scope.ts';
import { anyText, anyScope as scope } from '../../../support/scopeArbitraries.ts';

describe('reading one scope', () => {
  it.each([
    ['patient/Observation.read', 'patient/Observation.rs'],
    ['patient/Observation.write', 'patient/Observation.cud'],
    ['user/*.*', 'user/*.cruds'],
    ['system/Patient.rs', 'system/Patient.rs'],
    ['patient/Observation.sr', 'patient/Observation.rs'],
    ['patient/Observation.rs?category=b&category=a', 'patient/Observation.rs?category=a&category=b'],
    ['patient/Observation.rs?code=a%2Bb', 'patient/Observation.rs?code=a%2Bb'],
    ['patient/Observation.rs?code=a%2bb&b=%41', 'patient/Observation.rs?b=A&code=a%2Bb'],
    ['patient/Observation.rs?code=a+b', 'patient/Observation.rs?code=a+b'],
    ['patient/Observation.rs?code=a%252Bb', 'patient/Observation.rs?code=a%252Bb'],
    ['launch/patient', 'launch/patient'],
    ['patient/Observation.read?category=a', 'patient/Observation.read?category=a'],
    ['patient/observation.rs', 'patient/observation.rs'],
    ['patient/Observation.', 'patient/Observation.'],
    ['patient/Observation.x', 'patient/Observation.x'],
  ])('%s means %s', (text, canonical) => {
    expect(formatScope(parseScope(text))).toBe(canonical);
  });

  it('keeps the order and drops duplicates and white space', () => {
    expect(splitScopes('  openid\tlaunch  openid ')).toEqual(['openid', 'launch']);
  });

  it('reads any text without throwing, and canonical text stays as it is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = formatScope(parseScope(text));
        expect(formatScope(parseScope(once))).toBe(once);
      }),
    );
  });
});

describe('comparing by meaning', () => {
  it.each([
    ['patient/*.rs', 'patient/Observation.read', true],
    ['patient/Observation.rs', 'patient/*.rs', false],
    ['patient/Observation.rs', 'patient/Observation.rs?category=a', true],
    ['patient/Observation.rs?category=a', 'patient/Observation.rs', false],
    ['patient/Observation.rs?a=1', 'patient/Observation.r?b=2&a=1', true],
    ['user/Observation.rs', 'patient/Observation.rs', false],
    // A plus is a space to those who read forms, and an escaped one is not.
    ['patient/Observation.rs?code=a+b', 'patient/Observation.rs?code=a%2Bb', false],
    ['launch', 'launch/patient', false],
    ['openid', 'openid', true],
  ])('%s covers %s: %s', (held, asked, expected) => {
    expect(covers(held, asked)).toBe(expected);
  });

  it('is a preorder', () => {
    fc.assert(
      fc.property(scope, scope, scope, (a, b, c) => {
        expect(covers(a, a)).toBe(true);
        if (covers(a, b) && covers(b, c)) expect(covers(a, c)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('is an order on canonical text', () => {
    fc.assert(
      fc.property(scope, scope, (a, b) => {
        if (covers(a, b) && covers(b, a)) expect(formatScope(parseScope(a))).toBe(formatScope(parseScope(b)));
      }),
      { numRuns: 2000 },
    );
  });
});
