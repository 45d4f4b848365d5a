import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  emptyQuery,
  listHashes,
  overviewHash,
  parseRoute,
  registrationHash,
  type Sort,
  sorts,
} from '../../../../dashboard/src/model/route.ts';
import { credentialHealths, phases } from '../../../../domain/words.ts';

describe('parseRoute', () => {
  test.each(['', '#', '#/', '#/?', '#/?phase=nonsense&sort=nonsense&needsAttention=yes&other=1'])(
    '%s is the whole list',
    (hash) => {
      expect(parseRoute(hash)).toEqual({ page: 'overview', query: emptyQuery });
    },
  );

  test('names one registration', () => {
    const registrationId = 'mercy.chart-app.production.main';
    expect(parseRoute(registrationHash(registrationId))).toEqual({ page: 'registration', registrationId });
  });

  test('names the lists beside the registrations', () => {
    expect(parseRoute(listHashes.tokens)).toEqual({ page: 'tokens' });
    expect(parseRoute(listHashes.servers)).toEqual({ page: 'servers' });
  });

  test.each([
    '#/registrations/',
    '#/registrations/../../v1',
    '#/registrations/a.b.c',
    '#/registrations/A.b.c.d',
    '#/keys',
    '#x',
  ])('%s names no page', (hash) => {
    expect(parseRoute(hash)).toEqual({ page: 'unknown' });
  });

  test('reads every query that the page writes', () => {
    const query = fc.record({
      phase: fc.constantFrom('', ...phases),
      credentialHealth: fc.constantFrom('', ...credentialHealths),
      needsAttention: fc.boolean(),
      q: fc
        .string({ maxLength: 200, unit: 'grapheme' })
        .map((text) => text.slice(0, 200).trim())
        .filter((text) => text.isWellFormed()),
      sort: fc.constantFrom(...(Object.keys(sorts) as Sort[])),
    });
    fc.assert(
      fc.property(query, (wanted) => {
        expect(parseRoute(overviewHash(wanted))).toEqual({ page: 'overview', query: wanted });
      }),
    );
  });
});
