import { expect, test } from 'vitest';
import { nextStepOf, readingFailure } from '../../../../dashboard/src/model/nextStep.ts';
import { phaseTone } from '../../../../dashboard/src/model/states.ts';
import type { Condition } from '../../../../domain/registration/conditions.ts';
import { phases } from '../../../../domain/words.ts';

test.each(phases.filter((phase) => phaseTone(phase) === 'waiting'))('%s says what a person does next', (phase) => {
  expect(nextStepOf({ phase, conditions: [] })).toMatch(/^[A-Z].*\.$/);
});

test('documents that could not be read are told while they are tried again, and only then', () => {
  const message = 'The host name of the FHIR base URL does not resolve';
  const discovered = { type: 'Discovered', status: 'False', reason: 'PeerNotAnswering', message } as Condition;
  expect(nextStepOf({ phase: 'discovering', conditions: [discovered] })).toMatch(
    /could not be read yet: .* does not resolve\. Registrar goes on trying\. Check .*\.$/,
  );
  expect(readingFailure({ phase: 'discovering', conditions: [{ ...discovered, status: 'Unknown' }] })).toBeNull();
  expect(readingFailure({ phase: 'active', conditions: [discovered] })).toBeNull();
});
