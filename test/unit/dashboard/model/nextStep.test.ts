import { expect, test } from 'vitest';
import { nextStepOf } from '../../../../dashboard/src/model/nextStep.ts';
import { phaseTone } from '../../../../dashboard/src/model/states.ts';
import { phases } from '../../../../domain/words.ts';

test.each(phases.filter((phase) => phaseTone(phase) === 'waiting'))('%s says what a person does next', (phase) => {
  expect(nextStepOf({ phase })).toMatch(/^[A-Z].*\.$/);
});
