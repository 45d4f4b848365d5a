import { describe, expect, test } from 'vitest';
import { actionsOf, type HistoryEvent } from '../../../bench/actions.ts';
import { type Episode, scheduleOf, yearOf } from '../../../bench/year.ts';
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

const lifetime = 90 * 86_400_000;

describe('a year', () => {
  test('with the watch has only rotations and what changed', () => {
    const { onboarding, rotation, proof, discovery } = scheduleOf(defaultTimePolicy, {
      lifetime,
      watched: true,
      changes: 2,
    });
    expect([onboarding, proof, discovery]).toEqual([1, 2, 2]);
    expect(rotation).toBeCloseTo(6.58, 1);
  });

  test('without it proves and reads by the policy', () => {
    const { proof, discovery } = scheduleOf(defaultTimePolicy, { lifetime, watched: false, changes: 2 });
    expect(proof).toBeGreaterThan(350);
    expect(discovery).toBeGreaterThan(50);
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
});
