import { expect, test } from 'vitest';
import { betweenRecordAndEnd } from '../../drills/kill/recordCuts.ts';
import { type CutPoint, points } from '../../support/kill/watch.ts';

const life = (...labels: string[]): CutPoint[] =>
  labels.flatMap((label) => points.map((point) => ({ phase: 'onboarding' as const, label, point })));

test.each<[string, string[], string[]]>([
  [
    'a record within a decision',
    [
      'temporal RespondWorkflowTaskCompleted #1',
      'postgresql commit after update registrations #1',
      'temporal RespondWorkflowTaskCompleted #2',
    ],
    ['temporal RespondWorkflowTaskCompleted #2'],
  ],
  [
    'a record of an activity',
    [
      'postgresql commit after update registrations #1',
      'temporal RespondActivityTaskCompleted #1',
      'temporal RespondWorkflowTaskCompleted #1',
    ],
    [],
  ],
  ['a decision without a record', ['temporal RespondWorkflowTaskCompleted #1'], []],
])('%s', (_, labels, found) => {
  const cuts = betweenRecordAndEnd(life(...labels));
  expect(cuts.map(({ label }) => label)).toEqual(found);
  expect(cuts.every(({ point }) => point === 'before')).toBe(true);
});
