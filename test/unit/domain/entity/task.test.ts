import { describe, expect, it } from 'vitest';
import { acceptOperation, refusalOf } from '../../../../domain/entity/operations.ts';
import { type EntityState, initialState, type Operation } from '../../../../domain/entity/state.ts';
import type { TaskChange, TaskVendor } from '../../../../domain/people/tasks/task.ts';
import type { ProofOutcome } from '../../../../domain/ports/activities.ts';
import { findCondition } from '../../../../domain/registration/conditions.ts';
import type { RegistrationView } from '../../../../domain/registration/view.ts';
import { defaultTimePolicy } from '../../../../domain/time/policy.ts';
import { configOf, credentialOf, discoveryOf, stateOf } from '../../../support/entity.ts';
import { Fail, run, type World } from '../../../support/simulation.ts';

const day = 86_400_000;
/** A Monday, 10:00 US Eastern time, in weeks without federal holidays. */
const monday = Date.UTC(2026, 7, 3, 14);
const policy = defaultTimePolicy;
const vendor: TaskVendor = { playbookId: 'acme', certified: 'yes', developer: 'Acme EHR, Inc.', expectedWait: null };

const nothing = (): never => {
  throw new Fail();
};
const world: World = {
  discover: () => discoveryOf({ registrationEndpoint: null, registrationSource: 'none' }),
  request: nothing,
  settle: nothing,
  prove: nothing,
  retire: () => ({ kind: 'deleted', message: 'deleted' }),
};

function manual(): EntityState {
  const production = { environment: 'production', environmentClass: 'production' } as const;
  return run(stateOf({}, production), world, monday, monday, policy).state;
}

let operations = 0;
function noted(state: EntityState, change: Omit<TaskChange, 'vendor'>, at: number) {
  operations += 1;
  const operation: Operation = {
    operationId: `o${operations}`,
    kind: 'updateTask',
    actor: 'key:ops',
    reason: null,
    details: { ...change, vendor },
  };
  return run(acceptOperation(state, operation), world, at, at, policy);
}

const attention = (state: EntityState) => findCondition(state.conditions, 'NeedsAttention');
const typesOf = (simulation: ReturnType<typeof run>) => simulation.transitions.map(({ type }) => type);

describe('the task of a registration by hand', () => {
  it('is open as soon as a person is needed, and reminds on business days until it moves', () => {
    const state = manual();
    expect(state).toMatchObject({ phase: 'manual_required', task: { kind: 'registration', state: 'open' } });
    const waited = run(state, world, monday, monday + 13 * day, policy);
    expect(typesOf(waited)).toEqual(['task.reminder', 'task.reminder']);
    expect(waited.transitions.map(({ at }) => at)).toEqual(['2026-08-06T14:00:00.000Z', '2026-08-13T14:00:00.000Z']);
    expect(attention(waited.state)).toMatchObject({ status: 'True', reason: 'TaskReminder' });
    const late = run(waited.state, world, monday + 13 * day, monday + 15 * day, policy);
    expect(typesOf(late)).toEqual(['task.escalated']);
    expect(attention(late.state)).toMatchObject({ reason: 'TaskEscalated' });
    expect(attention(late.state)?.message).toContain('Open for 14 days, nobody is named.');
    const muchLater = run(late.state, world, monday + 15 * day, monday + 60 * day, policy);
    expect(new Set(typesOf(muchLater))).toEqual(new Set(['task.reminder']));
    expect(attention(muchLater.state)).toMatchObject({ reason: 'TaskEscalated' });
  });

  it('needs nobody once it is handed in, until the certified developer is late: both clocks', () => {
    const handedIn = noted(manual(), { state: 'submitted', owner: 'Ada', reference: 'INC-1' }, monday + day);
    expect(handedIn.state).toMatchObject({ phase: 'submitted', task: { submittedAt: monday + day } });
    expect(attention(handedIn.state)).toMatchObject({ status: 'False' });
    const [changed] = handedIn.transitions;
    expect(changed).toMatchObject({ type: 'task.changed', changes: { state: { from: 'open', to: 'submitted' } } });
    const clocks = changed?.view?.task?.clocks;
    expect(clocks).toMatchObject([
      { duty: 'verify', owedBy: 'Acme EHR, Inc.', applies: 'yes', state: 'running', dueOn: '2026-08-18' },
      { duty: 'enable', state: 'not-started' },
    ]);
    const missed = run(handedIn.state, world, monday + day, monday + 17 * day, policy);
    expect(typesOf(missed)).toContain('task.deadline-missed');
    expect(attention(missed.state)).toMatchObject({
      reason: expect.stringMatching(/TaskEscalated|TaskDeadlineMissed/),
    });
    const told = missed.transitions.find(({ type }) => type === 'task.deadline-missed');
    expect(told?.message).toContain('45 CFR 170.404(b)(1)(i): Acme EHR, Inc. owed this by 2026-08-18.');

    const verified = noted(handedIn.state, { state: 'verified', verifiedAt: monday + 2 * day }, monday + 3 * day);
    expect(verified.state).toMatchObject({ phase: 'submitted', task: { state: 'verified' } });
    expect(verified.transitions.at(-1)?.view?.task?.clocks).toMatchObject([
      { duty: 'verify', state: 'met' },
      { duty: 'enable', state: 'running', dueOn: '2026-08-12' },
    ]);
  });

  it('goes back to whoever carries it out when the vendor sends it back', () => {
    const handedIn = noted(manual(), { state: 'submitted' }, monday + day).state;
    const { state } = noted(handedIn, { state: 'open', note: 'logo is missing' }, monday + 2 * day);
    expect(state).toMatchObject({ phase: 'manual_required', task: { state: 'open', submittedAt: null } });
    expect(attention(state)).toMatchObject({ status: 'True', reason: 'NoRegistrationEndpoint' });
  });

  it('survives the loss of what Temporal holds', () => {
    const { state, transitions } = noted(manual(), { state: 'verified', owner: 'Ada' }, monday + day);
    const view = transitions.at(-1)?.view as RegistrationView;
    const start = { config: configOf(), view, sequence: 9, unsettled: null, initialAccessTokenRef: null };
    expect(initialState(start).task).toEqual(state.task);
  });

  it.each<[string, Omit<TaskChange, 'vendor'>, RegExp]>([
    ['an open task with a time', { submittedAt: monday }, /"submitted" or "verified"/],
    ['a verification of what was only submitted', { state: 'submitted', verifiedAt: monday }, /"verified"/],
    [
      'a verification before the submission',
      { state: 'verified', submittedAt: monday, verifiedAt: monday - day },
      /not be before/,
    ],
  ])('refuses %s', (_, change, sentence) => {
    const asked = { kind: 'updateTask', details: { ...change, vendor } } as const;
    expect(refusalOf(manual(), asked)).toMatch(sentence);
  });

  it('is refused where there is none', () => {
    const asked = { kind: 'updateTask', details: { vendor } } as const;
    expect(refusalOf(stateOf({ phase: 'active', current: credentialOf() }), asked)).toContain('No task');
  });

  it('ends with the proof of the credential', () => {
    const pending = credentialOf({ place: 'management', provedAt: null });
    const good = (state: EntityState, now: number): ProofOutcome => ({
      decision: { action: 'promote', reason: 'ProofSucceeded' },
      current: state.pending === null ? null : { ...state.pending, place: 'client', provedAt: now },
      pending: null,
      message: 'good',
    });
    const proving = { ...manual(), phase: 'verifying', pending } as const;
    const { state, transitions } = run(proving, { ...world, prove: good }, monday + day, monday + day, policy);
    expect(state).toMatchObject({ phase: 'active', task: null });
    expect(transitions.at(-1)?.view?.task).toBeUndefined();
  });
});
