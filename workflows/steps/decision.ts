import type { Applied } from '../../domain/entity/draft.ts';
import type { Step } from '../../domain/entity/nextStep.ts';
import { beginOperation, beginRotation, noteHealth } from '../../domain/entity/operations.ts';
import { giveUpAnswer } from '../../domain/entity/spooledAnswer.ts';
import type { EntityState } from '../../domain/entity/state.ts';
import { tellOfTask } from '../../domain/entity/task.ts';
import type { TimePolicy } from '../../domain/time/policy.ts';

const decisions = ['note-health', 'tell-of-task', 'begin-operation', 'begin-rotation', 'give-up-answer'] as const;

/** A step that needs nothing but the state. */
export type DecisionStep = Extract<Step, { do: (typeof decisions)[number] }>;

export function isDecision(step: Step): step is DecisionStep {
  return decisions.some((each) => each === step.do);
}

/** @param newId makes the id of a rotation that nobody asked for. */
export function decide(
  step: DecisionStep,
  state: EntityState,
  now: number,
  policy: TimePolicy,
  newId: () => string,
): Applied {
  switch (step.do) {
    case 'note-health':
      return noteHealth(state, now);
    case 'tell-of-task':
      return tellOfTask(state, now, policy);
    case 'begin-operation':
      return beginOperation(state, step.operation, now);
    case 'begin-rotation':
      return beginRotation(state, newId(), now, policy);
    case 'give-up-answer':
      return giveUpAnswer(state, now);
  }
}
