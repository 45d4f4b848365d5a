import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dialectOf, type ScopeDialect, sayScope } from '../../../../domain/scopes/dialect.ts';
import { covers, formatScope, parseScope } from '../../../../domain/scopes/scope.ts';
import { anyScope, anyText } from '../../../support/scopeArbitraries.ts';

describe('the dialect of a server', () => {
  it.each<[string, string[] | null, string[] | null, ScopeDialect]>([
    ['permission-v2', ['permission-v2'], null, 'v2'],
    ['both versions', ['permission-v1', 'permission-v2'], ['patient/*.read'], 'v2'],
    ['permission-v2, whatever it advertises', ['permission-v2'], ['patient/*.read'], 'v2'],
    ['permission-v1 alone, whatever it advertises', ['permission-v1'], ['patient/*.rs'], 'v1'],
    ['no version, and scopes in letters', ['launch-ehr'], ['launch', 'patient/*.rs'], 'v2'],
    ['no version, and scopes of both kinds', ['launch-ehr'], ['patient/*.read', 'patient/*.rs'], 'v2'],
    ['no version, and v1 scopes', ['permission-patient'], ['patient/*.read'], 'v1'],
    ['no capabilities, and scopes in letters', null, ['patient/Observation.rs?category=a'], 'v2'],
    ['no resource scope', null, ['openid', 'profile'], 'v1'],
    ['nothing at all', null, null, 'v1'],
    ['empty lists', [], [], 'v1'],
  ])('%s', (_what, capabilities, scopesSupported, expected) => {
    expect(dialectOf({ capabilities, scopesSupported })).toBe(expected);
  });
});

describe('saying a scope', () => {
  it.each<[string, ScopeDialect, string]>([
    ['patient/Observation.rs', 'v1', 'patient/Observation.read'],
    ['patient/Observation.cud', 'v1', 'patient/Observation.write'],
    ['user/*.cruds', 'v1', 'user/*.*'],
    ['patient/Observation.read', 'v1', 'patient/Observation.read'],
    ['patient/Observation.read', 'v2', 'patient/Observation.rs'],
    ['user/*.*', 'v2', 'user/*.cruds'],
    ['patient/Observation.rs?category=a%7Cb', 'v2', 'patient/Observation.rs?category=a%7Cb'],
    ['patient/Observation.sr', 'v2', 'patient/Observation.rs'],
    ['patient/Observation.sr', 'v1', 'patient/Observation.read'],
    ['launch/patient', 'v1', 'launch/patient'],
    ['vendor/thing.rs', 'v1', 'vendor/thing.rs'],
  ])('%s in %s is %s', (text, dialect, said) => {
    expect(sayScope(text, dialect)).toEqual({ kind: 'said', text: said });
  });

  it.each([
    ['patient/Observation.rs?category=a', 'filter'],
    ['patient/Observation.c', 'letters'],
    ['patient/Observation.r', 'letters'],
    ['patient/Observation.crud', 'letters'],
  ])('%s has no words in v1: %s', (text, why) => {
    expect(sayScope(text, 'v1')).toEqual({ kind: 'unsayable', why });
  });

  const dialect = fc.constantFrom<ScopeDialect>('v1', 'v2');

  it('never changes what is meant, and says the same when it is said again', () => {
    fc.assert(
      fc.property(anyText, dialect, (text, spoken) => {
        const said = sayScope(text, spoken);
        if (said.kind === 'unsayable') return;
        expect(formatScope(parseScope(said.text))).toBe(formatScope(parseScope(text)));
        expect(sayScope(said.text, spoken)).toEqual(said);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps what covers what', () => {
    fc.assert(
      fc.property(anyScope, anyScope, dialect, (left, right, spoken) => {
        const [a, b] = [sayScope(left, spoken), sayScope(right, spoken)];
        if (a.kind === 'unsayable' || b.kind === 'unsayable') return;
        expect(covers(a.text, b.text)).toBe(covers(left, right));
      }),
      { numRuns: 2000 },
    );
  });

  it('from v1 to v2 and back is what it was, and v2 has words for everything', () => {
    fc.assert(
      fc.property(anyScope, (text) => {
        const there = sayScope(text, 'v2');
        expect(there.kind).toBe('said');
        if (there.kind === 'said' && sayScope(text, 'v1').kind === 'said') {
          expect(sayScope(there.text, 'v1')).toEqual(sayScope(text, 'v1'));
        }
      }),
    );
  });
});
