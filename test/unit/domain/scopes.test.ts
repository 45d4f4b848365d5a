import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  coveredBy,
  covers,
  formatScope,
  normaliseScopes,
  parseScope,
  sameScopes,
  splitScopes,
} from '../../../domain/scopes.ts';

const types = ['*', 'Patient', 'Observation', 'Condition'];
const filters = [[], ['category=laboratory'], ['category=a|b', 'status=final'], ['code=http://x.example/s|1&2']];
const resource = fc
  .record({
    context: fc.constantFrom('patient', 'user', 'system'),
    type: fc.constantFrom(...types),
    access: fc.oneof(
      fc.constantFrom('read', 'write', '*'),
      fc.subarray(['c', 'r', 'u', 'd', 's'], { minLength: 1 }).map((letters) => letters.join('')),
    ),
    filter: fc.constantFrom(...filters),
  })
  .map(({ context, type, access, filter }) => {
    const query =
      ['read', 'write', '*'].includes(access) || filter.length === 0
        ? ''
        : `?${filter.map(encodeURIComponent).join('&')}`;
    return `${context}/${type}.${access}${query}`;
  });
const plain = fc.constantFrom('launch', 'launch/patient', 'openid', 'fhirUser', 'offline_access');
const scope = fc.oneof({ weight: 4, arbitrary: resource }, { weight: 1, arbitrary: plain });

describe('reading one scope', () => {
  it.each([
    ['patient/Observation.read', 'patient/Observation.rs'],
    ['patient/Observation.write', 'patient/Observation.cud'],
    ['user/*.*', 'user/*.cruds'],
    ['system/Patient.rs', 'system/Patient.rs'],
    ['patient/Observation.sr', 'patient/Observation.rs'],
    ['patient/Observation.rs?category=b&category=a', 'patient/Observation.rs?category=a&category=b'],
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
    expect(normaliseScopes(['patient/*.read', 'openid', 'patient/*.rs'])).toEqual(['patient/*.rs', 'openid']);
  });

  it('reads any text without throwing, and canonical text stays as it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          scope,
          fc.string({ unit: 'binary' }),
          fc.string().map((text) => `patient/A.rs?${text}`),
        ),
        (text) => {
          const once = formatScope(parseScope(text));
          expect(formatScope(parseScope(once))).toBe(once);
        },
      ),
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
    ['launch', 'launch/patient', false],
    ['openid', 'openid', true],
  ])('%s covers %s: %s', (held, asked, expected) => {
    expect(covers(held, asked)).toBe(expected);
  });

  it('lets several scopes cover one together', () => {
    expect(coveredBy('patient/Observation.rs', ['patient/Observation.r', 'patient/*.s'])).toBe(true);
    expect(coveredBy('patient/Observation.cr', ['patient/Observation.r'])).toBe(false);
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

  it('does not depend on how a list is written or ordered', () => {
    fc.assert(
      fc.property(fc.array(scope), (list) => {
        expect(sameScopes(list, normaliseScopes([...list].reverse()))).toBe(true);
      }),
    );
  });
});
