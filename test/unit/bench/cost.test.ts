import { describe, expect, test } from 'vitest';
import { actionsOf, type HistoryEvent } from '../../../bench/actions.ts';
import { type Episode, looksOf, scheduleOf, serverYearOf, yearOf } from '../../../bench/year.ts';
import { defaultTimePolicy } from '../../../domain/time/policy.ts';

const event = (eventType: string, workflowTask: string | null = null, marker: string | null = null): HistoryEvent => ({
  eventType,
  workflowTask,
  marker,
});
const local = (task: string) => event('MARKER_RECORDED', task, 'core_local_activity');

describe('actions', () => {
  test.each<[string, readonly HistoryEvent[], number]>([
    ['nothing', [], 0],
    ['workflow tasks', [event('WORKFLOW_TASK_SCHEDULED'), event('WORKFLOW_TASK_COMPLETED')], 0],
    [
      'a start, an activity and a timer',
      ['WORKFLOW_EXECUTION_STARTED', 'ACTIVITY_TASK_SCHEDULED', 'TIMER_STARTED'].map((name) => event(name)),
      3,
    ],
    [
      'what only tells how they went',
      ['ACTIVITY_TASK_STARTED', 'ACTIVITY_TASK_COMPLETED', 'TIMER_FIRED'].map((name) => event(name)),
      0,
    ],
    ['the end of a run, whose start of the next is counted', [event('WORKFLOW_EXECUTION_CONTINUED_AS_NEW')], 0],
    ['local activities of one task', [local('a/4'), local('a/4')], 1],
    ['local activities of two tasks', [local('a/4'), local('b/4')], 2],
    ['other markers', [event('MARKER_RECORDED', 'a/4', 'core_patch'), local('a/4')], 2],
    ['updates and signals', [event('WORKFLOW_EXECUTION_UPDATE_ACCEPTED'), event('WORKFLOW_EXECUTION_SIGNALED')], 2],
  ])('of %s', (_, events, actions) => {
    expect(actionsOf(events)).toBe(actions);
  });
});

const assumptions = { lifetime: 90 * 86_400_000, changes: 2 };

describe('a year', () => {
  test('has only rotations and what changed', () => {
    const { onboarding, rotation, proof, discovery } = scheduleOf(assumptions, false);
    expect([onboarding, proof, discovery]).toEqual([1, 2, 2]);
    expect(rotation).toBeCloseTo(6.58, 1);
  });

  test('of a sharer has the proofs of what its holder rotated', () => {
    const { rotation, proof } = scheduleOf(assumptions, true);
    expect(rotation).toBe(0);
    expect(proof).toBeCloseTo(8.58, 1);
  });

  test('of the watch proves seldom while all is well, and sharers by sample', () => {
    const looks = (shared: boolean) =>
      Array.from({ length: 200 }, (_, at) =>
        looksOf(defaultTimePolicy, `t${at}.app.production.main`, assumptions, shared),
      );
    const proofs = (shared: boolean) => looks(shared).reduce((sum, one) => sum + one.proofs, 0) / 200;
    // Weekly, and some more after each of 6.6 rotations.
    expect(proofs(false)).toBeGreaterThan(52);
    expect(proofs(false)).toBeLessThan(100);
    expect(proofs(true)).toBeLessThan(proofs(false) / 4);
    for (const { readings } of looks(false)) expect(readings).toBeGreaterThan(25);
  });

  test('is the sum of what was recorded', () => {
    const of = (actions: number, auditRows: number): Episode => ({
      events: Array.from({ length: actions }, () => event('TIMER_STARTED')),
      longestRun: actions,
      auditRows,
    });
    const life = { onboarding: of(5, 3), rotation: of(10, 4), proof: of(2, 1), discovery: of(1, 0) };
    expect(yearOf(life, { onboarding: 1, rotation: 6, proof: 2, discovery: 3 })).toEqual({
      actions: 5 + 60 + 4 + 3,
      events: 5 + 60 + 4 + 3,
      auditRows: 3 + 24 + 2,
      longestRun: 10,
    });
  });

  test.each<[number, boolean, number]>([
    [1, false, 81],
    [1_000, false, 81_000],
    // Rotations of a sharer are proofs.
    [10, true, 81 + 9 * 81],
  ])('of %i registrations at a server (shared: %s)', (count, shares, actions) => {
    const episode: Episode = {
      events: Array.from({ length: 7 }, () => event('TIMER_STARTED')),
      longestRun: 7,
      auditRows: 1,
    };
    const life = { onboarding: episode, rotation: episode, proof: episode, discovery: episode };
    const server = serverYearOf(life, defaultTimePolicy, assumptions, count, shares);
    expect(server.actions / actions).toBeCloseTo(1, 2);
    expect(server).toMatchObject({ registrations: count, shares });
  });
});
