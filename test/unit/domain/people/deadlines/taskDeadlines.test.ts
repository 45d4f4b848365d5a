import fc from 'fast-check';
import { expect, test } from 'vitest';
import { easternDayOf } from '../../../../../domain/people/deadlines/easternTime.ts';
import { isBusinessDay } from '../../../../../domain/people/deadlines/federalHolidays.ts';
import { type TaskReadings, taskDeadlines } from '../../../../../domain/people/deadlines/taskDeadlines.ts';
import { defaultTimePolicy } from '../../../../../domain/time/policy.ts';

const at = (text: string) => Date.parse(text);
const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString());
const day = 86_400_000;
const policy = { ...defaultTimePolicy, onBusinessDays: true };

const monday = at('2026-11-16T15:00:00Z');
const task = (changes: Partial<TaskReadings>): TaskReadings => ({
  certified: 'no',
  developer: null,
  environmentClass: 'production',
  since: monday,
  submittedAt: null,
  verifiedAt: null,
  enabledAt: null,
  expectedWait: null,
  now: monday,
  ...changes,
});
const brief = (changes: Partial<TaskReadings>) => {
  const { nextReminderAt, escalationAt, nextAt } = taskDeadlines(task(changes), policy);
  return [iso(nextReminderAt), iso(escalationAt), iso(nextAt)];
};

const rows: readonly (readonly [string, Partial<TaskReadings>, readonly (string | null)[]])[] = [
  ['a new task', {}, ['2026-11-19T15:00:00.000Z', '2026-11-30T15:00:00.000Z', '2026-11-19T15:00:00.000Z']],
  [
    'after its first reminder; the second falls on Thanksgiving',
    { now: at('2026-11-19T15:00:00Z') },
    ['2026-11-27T14:00:00.000Z', '2026-11-30T15:00:00.000Z', '2026-11-27T14:00:00.000Z'],
  ],
  [
    'a step that is known to take ten days',
    { expectedWait: 10 * day },
    ['2026-11-27T14:00:00.000Z', '2026-11-30T15:00:00.000Z', '2026-11-27T14:00:00.000Z'],
  ],
  [
    'progress starts anew',
    { submittedAt: at('2026-11-20T15:00:00Z'), now: at('2026-11-20T16:00:00Z') },
    ['2026-11-23T15:00:00.000Z', '2026-12-04T15:00:00.000Z', '2026-11-23T15:00:00.000Z'],
  ],
  [
    'a clock that may apply is a moment to look, and no reason to escalate',
    { certified: 'unknown', submittedAt: monday, expectedWait: 30 * day },
    ['2026-12-16T15:00:00.000Z', '2026-12-16T15:00:00.000Z', '2026-12-02T05:00:00.000Z'],
  ],
  [
    'a clock that applies brings the escalation forward',
    { certified: 'yes', submittedAt: monday, expectedWait: 30 * day },
    ['2026-12-16T15:00:00.000Z', '2026-12-02T05:00:00.000Z', '2026-12-02T05:00:00.000Z'],
  ],
  [
    'a missed clock stays the time of the escalation',
    { certified: 'yes', submittedAt: monday, expectedWait: 30 * day, now: at('2026-12-04T15:00:00Z') },
    ['2026-12-16T15:00:00.000Z', '2026-12-02T05:00:00.000Z', '2026-12-16T15:00:00.000Z'],
  ],
  [
    'verified late: the second clock counts',
    {
      certified: 'yes',
      submittedAt: monday,
      verifiedAt: at('2026-12-04T15:00:00Z'),
      now: at('2026-12-04T16:00:00Z'),
    },
    ['2026-12-07T15:00:00.000Z', '2026-12-12T05:00:00.000Z', '2026-12-07T15:00:00.000Z'],
  ],
  ['works', { certified: 'yes', enabledAt: monday }, [null, null, null]],
];

test.each(rows)('%s', (_name, changes, expected) => {
  expect(brief(changes)).toEqual(expected);
});

const times = fc.integer({ min: at('2020-01-01T00:00:00Z'), max: at('2060-01-01T00:00:00Z') });
const policies = fc.record({
  remindAfter: fc.integer({ min: 0, max: 20 * day }),
  remindEvery: fc.integer({ min: 60_000, max: 20 * day }),
  escalateAfter: fc.integer({ min: 0, max: 40 * day }),
  onBusinessDays: fc.boolean(),
});

test('reminders come after now, on business days, and never go back; whoever wakes at nextAt gets on', () => {
  fc.assert(
    fc.property(times, fc.nat(400 * day), fc.nat(30 * day), policies, (since, gone, more, policy) => {
      const read = (now: number) => taskDeadlines(task({ since, submittedAt: since, certified: 'yes', now }), policy);
      const now = since + gone;
      const { nextReminderAt, escalationAt, nextAt } = read(now);
      expect(nextReminderAt).toBeGreaterThan(now);
      expect(nextAt).toBeGreaterThan(now);
      expect(nextAt).toBeLessThanOrEqual(nextReminderAt ?? 0);
      expect(escalationAt).toBeGreaterThanOrEqual(since);
      expect(read(now + more).nextReminderAt).toBeGreaterThanOrEqual(nextReminderAt ?? 0);
      expect(read(now + more).escalationAt).toBe(escalationAt);
      expect(read(nextAt ?? 0).nextAt).toBeGreaterThan(nextAt ?? 0);
      if (policy.onBusinessDays) expect(isBusinessDay(easternDayOf(nextReminderAt ?? 0))).toBe(true);
    }),
    // Many reminders a day: those of a Sunday move to 9:00 on Monday, behind the first of Monday itself.
    {
      examples: [
        [
          2_182_111_178_143,
          3_968_958_225,
          27_003_614,
          { remindAfter: 540_725_579, remindEvery: 60_018, escalateAfter: 0, onBusinessDays: true },
        ],
      ],
    },
  );
});
