import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { negotiateScopes } from '../../../../domain/scopes/negotiation.ts';
import { scopeSet } from '../../../../domain/scopes/set.ts';
import { anyScope, anyText } from '../../../support/scopeArbitraries.ts';

const asked = ['launch', 'openid', 'offline_access', 'patient/Observation.rs', 'patient/Condition.rs?category=a'];
const told = (differences: readonly { kind: string; scope: string }[]) =>
  differences.map(({ kind, scope }) => `${kind} ${scope}`);

describe('what is sent', () => {
  it('is what was asked, where the server speaks that dialect', () => {
    const negotiated = negotiateScopes(asked, { capabilities: ['permission-v2'], scopesSupported: ['launch'] }, false);
    expect(negotiated).toEqual({ requested: asked, sent: asked, dialect: 'v2', differences: [] });
  });

  it('is v1 for a server of v1, and what v1 has no words for as asked', () => {
    const { sent, dialect, differences } = negotiateScopes(asked, { capabilities: null, scopesSupported: null }, false);
    expect(dialect).toBe('v1');
    expect(sent).toEqual([...asked.slice(0, 3), 'patient/Observation.read', 'patient/Condition.rs?category=a']);
    expect(told(differences)).toEqual([
      'translated patient/Observation.rs',
      'not-in-dialect patient/Condition.rs?category=a',
    ]);
  });

  it('says once what is asked in both dialects', () => {
    const both = ['patient/*.read', 'patient/*.rs'];
    expect(negotiateScopes(both, { capabilities: ['permission-v2'], scopesSupported: null }, false).sent).toEqual([
      'patient/*.rs',
    ]);
  });
});

describe('policy trimScopes', () => {
  const offer = {
    capabilities: ['permission-v2', 'launch-ehr', 'permission-offline'],
    scopesSupported: ['openid', 'patient/Observation.r', 'patient/Patient.rs', 'user/*.cruds'],
  };

  it('leaves out, or narrows, what is not advertised by list or capability', () => {
    const { sent, differences } = negotiateScopes(
      ['launch', 'openid', 'fhirUser', 'offline_access', 'patient/*.rs', 'patient/Condition.rs'],
      offer,
      true,
    );
    expect(sent).toEqual(['launch', 'openid', 'offline_access', 'patient/Observation.r', 'patient/Patient.rs']);
    expect(told(differences)).toEqual(['trimmed fhirUser', 'trimmed patient/*.rs', 'trimmed patient/Condition.rs']);
    expect(differences[1]?.message).toContain('only patient/Observation.r patient/Patient.rs is sent');
  });

  it.each([
    ['another filter', 'patient/Observation.rs?category=a', ['patient/Observation.rs?category=b'], []],
    [
      'filters that share a part',
      'patient/Observation.rs?category=a&status=final',
      ['patient/Observation.rs?category=a&code=x'],
      [],
    ],
    [
      'a narrower filter',
      'patient/Observation.rs?category=a',
      ['patient/Observation.r?category=a&status=final'],
      ['patient/Observation.r?category=a&status=final'],
    ],
    [
      'a wider filter of fewer letters',
      'patient/Observation.rs?category=a&status=final',
      ['patient/Observation.r?category=a'],
      ['patient/Observation.r?category=a&status=final'],
    ],
  ])('sends no scope that nobody advertises: %s', (_what, scope, scopesSupported, sent) => {
    expect(negotiateScopes([scope], { capabilities: ['permission-v2'], scopesSupported }, true).sent).toEqual(sent);
  });

  it('is of no effect where the server says nothing about scopes', () => {
    expect(negotiateScopes(asked, { ...offer, scopesSupported: null }, true).sent).toEqual(asked);
  });

  it('off sends all, whatever is advertised', () => {
    expect(negotiateScopes(asked, offer, false).sent).toEqual(asked);
  });
});

const capabilities = fc.constantFrom(null, [], ['permission-v1'], ['permission-v2', 'launch-ehr']);

describe('whatever is asked and advertised', () => {
  it('without trimming the same is meant', () => {
    fc.assert(
      fc.property(fc.array(anyText), capabilities, fc.array(anyText), (requested, known, scopesSupported) => {
        const { sent } = negotiateScopes(requested, { capabilities: known, scopesSupported }, false);
        const [before, after] = [scopeSet(requested), scopeSet(sent)];
        expect(sent.every((scope) => before.covers(scope))).toBe(true);
        expect(requested.every((scope) => after.covers(scope))).toBe(true);
      }),
    );
  });

  it('trimming never widens, and leaves nothing that is not advertised', () => {
    fc.assert(
      fc.property(fc.array(anyScope), fc.array(anyScope), (requested, scopesSupported) => {
        const { sent, differences } = negotiateScopes(requested, { capabilities: null, scopesSupported }, true);
        const [before, advertised, after] = [scopeSet(requested), scopeSet(scopesSupported), scopeSet(sent)];
        expect(sent.every((scope) => before.covers(scope))).toBe(true);
        expect(sent.every((scope) => advertised.covers(scope))).toBe(true);
        const trimmed = differences.filter(({ kind }) => kind === 'trimmed').map(({ scope }) => scope);
        for (const scope of requested) expect(after.covers(scope)).toBe(!trimmed.includes(scope));
      }),
      { numRuns: 1000 },
    );
  });
});
