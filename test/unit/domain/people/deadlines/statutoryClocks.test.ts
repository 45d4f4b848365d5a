import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type ClockReadings,
  statutoryClocks,
  statutoryDue,
} from '../../../../../domain/people/deadlines/statutoryClocks.ts';

const at = (text: string) => Date.parse(text);
const readings = (changes: Partial<ClockReadings>): ClockReadings => ({
  certified: 'yes',
  developer: 'Example EHR, Inc.',
  environmentClass: 'production',
  submittedAt: at('2026-11-23T15:00:00Z'),
  verifiedAt: null,
  enabledAt: null,
  now: at('2026-11-24T15:00:00Z'),
  ...changes,
});
const brief = (changes: Partial<ClockReadings>) =>
  statutoryClocks(readings(changes)).map(({ duty, applies, state, dueOn }) => [duty, applies, state, dueOn]);

const rows: readonly (readonly [string, Partial<ClockReadings>, readonly (readonly (string | null)[])[]])[] = [
  [
    'nothing handed in',
    { submittedAt: null },
    [
      ['verify', 'yes', 'not-started', null],
      ['enable', 'yes', 'not-started', null],
    ],
  ],
  [
    'handed in before Thanksgiving',
    {},
    [
      ['verify', 'yes', 'running', '2026-12-08'],
      ['enable', 'yes', 'not-started', null],
    ],
  ],
  [
    'the last moment of the last day',
    { now: at('2026-12-09T04:59:59.999Z') },
    [
      ['verify', 'yes', 'running', '2026-12-08'],
      ['enable', 'yes', 'not-started', null],
    ],
  ],
  [
    'the first moment after it',
    { now: at('2026-12-09T05:00:00Z') },
    [
      ['verify', 'yes', 'missed', '2026-12-08'],
      ['enable', 'yes', 'not-started', null],
    ],
  ],
  [
    'verified in time',
    { verifiedAt: at('2026-12-08T15:00:00Z'), now: at('2026-12-09T15:00:00Z') },
    [
      ['verify', 'yes', 'met', '2026-12-08'],
      ['enable', 'yes', 'running', '2026-12-15'],
    ],
  ],
  [
    'verified late, enabled in time',
    {
      verifiedAt: at('2026-12-10T15:00:00Z'),
      enabledAt: at('2026-12-11T15:00:00Z'),
      now: at('2027-03-01T15:00:00Z'),
    },
    [
      ['verify', 'yes', 'missed', '2026-12-08'],
      ['enable', 'yes', 'met', '2026-12-17'],
    ],
  ],
  [
    'works, and nobody noted the verification',
    { enabledAt: at('2026-11-25T15:00:00Z'), now: at('2027-03-01T15:00:00Z') },
    [
      ['verify', 'yes', 'met', '2026-12-08'],
      ['enable', 'yes', 'not-started', null],
    ],
  ],
  [
    'not known whether certified',
    { certified: 'unknown' },
    [
      ['verify', 'if-certified', 'running', '2026-12-08'],
      ['enable', 'if-certified', 'not-started', null],
    ],
  ],
  ['not certified', { certified: 'no' }, []],
  ['not for production', { environmentClass: 'nonProduction' }, []],
];

test.each(rows)('%s', (_name, changes, expected) => {
  expect(brief(changes)).toEqual(expected);
});

test('the developer of the technology owes them, with the citation', () => {
  expect(statutoryClocks(readings({})).map(({ owedBy, citation }) => [owedBy, citation])).toEqual([
    ['Example EHR, Inc.', '45 CFR 170.404(b)(1)(i)'],
    ['Example EHR, Inc.', '45 CFR 170.404(b)(1)(ii)'],
  ]);
});

test('a Friday evening in New York is not yet Saturday', () => {
  expect(statutoryDue('enable', at('2026-12-05T02:00:00Z')).dueOn).toBe('2026-12-11');
  expect(statutoryDue('enable', at('2026-12-05T06:00:00Z')).dueOn).toBe('2026-12-11');
  expect(statutoryDue('enable', at('2026-12-07T15:00:00Z')).dueOn).toBe('2026-12-14');
});

const instants = fc.integer({ min: at('2010-01-01T00:00:00Z'), max: at('2100-01-01T00:00:00Z') });

test('a later start is never due earlier; ten business days are 12 to 19 days', () => {
  fc.assert(
    fc.property(instants, fc.nat(40 * 86_400_000), (start, later) => {
      const { dueAt } = statutoryDue('verify', start);
      expect(statutoryDue('verify', start + later).dueAt).toBeGreaterThanOrEqual(dueAt);
      expect(dueAt - start).toBeGreaterThan(12 * 86_400_000);
      expect(dueAt - start).toBeLessThan(20 * 86_400_000);
    }),
  );
});

test('time alone turns a running clock to missed, once', () => {
  fc.assert(
    fc.property(instants, fc.nat(60 * 86_400_000), fc.nat(60 * 86_400_000), (submittedAt, one, two) => {
      const state = (now: number) => statutoryClocks(readings({ submittedAt, now }))[0]?.state;
      const order = ['running', 'missed'];
      const [first, second] = [Math.min(one, two), Math.max(one, two)];
      expect(order.indexOf(String(state(submittedAt + first)))).toBeLessThanOrEqual(
        order.indexOf(String(state(submittedAt + second))),
      );
    }),
  );
});
