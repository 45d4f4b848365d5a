import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { discoveryChanges } from '../../../../domain/discovery/diff.ts';
import type { DiscoveryView } from '../../../../domain/registration/view.ts';
import { discoveryOf } from '../../../support/entity.ts';

const candidate = {
  registrationEndpoint: 'https://as.example/register',
  source: 'openid-configuration',
  evidenceHash: 'a'.repeat(64),
  sameSite: true,
} as const;
const unnamed = { registrationEndpoint: null, registrationSource: 'none' } as const;

describe('what changed between two readings', () => {
  it.each<[string, Partial<DiscoveryView>, Partial<DiscoveryView>, ReturnType<typeof discoveryChanges>]>([
    ['nothing', {}, {}, {}],
    [
      'evidence and findings alone are no change',
      {},
      {
        findings: [{ code: 'x', severity: 'info', message: 'x' }],
        evidence: [{ url: 'https://a', sha256: 'b', fetchedAt: '', status: 200, bytes: 1 }],
        sourceHash: 'b'.repeat(64),
      },
      {},
    ],
    [
      'an endpoint that moved',
      { tokenEndpoint: 'https://a.example/t' },
      { tokenEndpoint: 'https://b.example/t' },
      { tokenEndpoint: { from: 'https://a.example/t', to: 'https://b.example/t' } },
    ],
    [
      'a registration endpoint that is gone',
      { registrationEndpoint: 'https://a.example/r' },
      unnamed,
      {
        registrationEndpoint: { from: 'https://a.example/r', to: null },
        registrationSource: { from: 'smart-configuration', to: 'none' },
      },
    ],
    [
      'a registration endpoint that waits for approval',
      unnamed,
      { ...unnamed, candidate },
      { registrationEndpoint: { from: null, to: candidate.registrationEndpoint } },
    ],
    [
      'capabilities and scopes that came and went',
      { capabilities: ['a', 'b'], scopesSupported: ['openid'] },
      { capabilities: ['b', 'c'], scopesSupported: ['openid', 'launch'] },
      { capabilities: { from: ['a'], to: ['c'] }, scopesSupported: { from: [], to: ['launch'] } },
    ],
    [
      'a list that is not there any more',
      { tokenEndpointAuthMethods: ['private_key_jwt'] },
      { tokenEndpointAuthMethods: null },
      { tokenEndpointAuthMethods: { from: ['private_key_jwt'], to: null } },
    ],
    ['another order of a list is no change', { capabilities: ['a', 'b'] }, { capabilities: ['b', 'a', 'a'] }, {}],
  ])('%s', (_name, before, after, expected) => {
    expect(discoveryChanges(discoveryOf(before), discoveryOf(after))).toEqual(expected);
  });

  it('shows at most 50 entries of a list, and how many more', () => {
    const scopesSupported = Array.from({ length: 75 }, (_, index) => `s${index}`);
    const { scopesSupported: change = { from: [], to: [] } } = discoveryChanges(
      discoveryOf({ scopesSupported: [] }),
      discoveryOf({ scopesSupported }),
    );
    expect(change.to).toHaveLength(51);
    expect((change.to as string[]).at(-1)).toBe('… and 25 more');
  });

  const url = fc.option(fc.constantFrom('https://a.example/x', 'https://b.example/x', 'https://a.example/y'));
  const list = fc.option(fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e')));
  const reading = fc
    .record({
      registrationEndpoint: url,
      tokenEndpoint: url,
      authorizationEndpoint: url,
      issuer: url,
      jwksUri: url,
      capabilities: list,
      scopesSupported: list,
      tokenEndpointAuthMethods: list,
    })
    .map((patch) => discoveryOf(patch));

  it('of a reading and itself is nothing', () => {
    fc.assert(
      fc.property(reading, (view) => {
        expect(discoveryChanges(view, structuredClone(view))).toEqual({});
      }),
    );
  });

  it('applied to the one gives the other', () => {
    fc.assert(
      fc.property(reading, reading, (before, after) => {
        const applied = new Map<string, unknown>(Object.entries(before));
        for (const [name, { from, to }] of Object.entries(discoveryChanges(before, after)))
          applied.set(name, patched(applied.get(name), from, to));
        expect(comparable(Object.fromEntries(applied))).toEqual(comparable({ ...after }));
      }),
    );
  });

  function patched(value: unknown, from: unknown, to: unknown): unknown {
    if (!Array.isArray(to)) return to;
    const kept = Array.isArray(value) ? value.filter((entry) => !(from as unknown[]).includes(entry)) : [];
    return [...kept, ...to];
  }

  function comparable(view: Record<string, unknown>): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(view).map(([name, value]) => [name, Array.isArray(value) ? [...value].sort() : value]),
    );
  }
});
