import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { newPace } from '../../../../domain/credential/pacing.ts';
import { dueOf, healthOf } from '../../../../domain/entity/health.ts';
import { nextStep, type Step } from '../../../../domain/entity/nextStep.ts';
import { acceptOperation, noteHealth, refusalOf } from '../../../../domain/entity/operations.ts';
import { rotationStart } from '../../../../domain/entity/rotation/attempt.ts';
import { shownAttempt } from '../../../../domain/entity/shownAttempt.ts';
import type { EntityState } from '../../../../domain/entity/state.ts';
import { tellOfTask } from '../../../../domain/entity/task.ts';
import { viewOf } from '../../../../domain/entity/view.ts';
import { awaken } from '../../../../domain/entity/waking/awaken.ts';
import { operationKinds } from '../../../../domain/operations/request.ts';
import { toRfc3339 } from '../../../../domain/time/clock.ts';
import { defaultTimePolicy as policy, type TimePolicy } from '../../../../domain/time/policy.ts';
import { configOf, credentialOf, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';
import { run } from '../../../support/simulation.ts';
import { drawFrom, operationOf, whateverWorld } from '../../../support/whateverWorld.ts';

const minute = 60_000;
const day = 1440 * minute;

const active = (patch: Partial<EntityState> = {}, config: Parameters<typeof stateOf>[1] = {}): EntityState => {
  const state = stateOf({ phase: 'active', current: credentialOf(), discovery: discoveryOf(), ...patch }, config);
  return { ...state, credentialHealth: healthOf(state, t0) };
};

/** What time alone does, by when something is asked of somebody next: the step and its time; null = not by `until`. */
function nextWork(state: EntityState, from: number, until: number): { at: number; step: Step['do'] } | null {
  let before = state;
  for (let now = from, count = 0; count < 500; count += 1) {
    const step = nextStep(before, now, policy);
    if (step.do === 'finish') return null;
    if (step.do === 'wait') {
      if (step.until === null || step.until > until) return null;
      now = step.until;
    } else if (step.do === 'note-health') before = noteHealth(before, now).state;
    else if (step.do === 'tell-of-task') before = tellOfTask(before, now, policy).state;
    else return { at: now, step: step.do };
  }
  throw new Error('time goes round in circles');
}

/** Steps that come by a schedule of their own, and are shown elsewhere or not at all. */
const scheduled: readonly string[] = ['discover', 'read', 'begin-rotation'];

/** A registration to which whatever may happens, at rest. */
function atRest(seed: number): { state: EntityState; now: number } {
  const draw = drawFrom(seed);
  const world = whateverWorld(draw);
  let state = draw(active(), stateOf());
  let now = t0;
  for (let count = draw(1, 3, 9); count > 0; count -= 1) {
    const operation = operationOf(draw(...operationKinds), `${count}`, 'key:a', now);
    if (refusalOf(state, operation) === null) state = acceptOperation(state, operation);
    const lived = run(state, world, now, now + draw(0, minute, 60 * minute, day, 20 * day), policy, 20_000);
    ({ state } = lived);
    now = lived.now;
  }
  return { state, now };
}

describe('the next attempt', () => {
  it('that is shown is when something is asked next, and what is asked next is shown', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { state, now } = atRest(seed);
        const shown = shownAttempt(state, now);
        const work = nextWork(state, now, now + 400 * day);
        if (work === null) expect(shown).toBeNull();
        else if (!scheduled.includes(work.step)) expect(shown).toBe(work.at);
        else if (shown !== null) expect(shown).toBeGreaterThanOrEqual(work.at);
      }),
      { numRuns: 400, endOnFailure: true },
    );
  });

  it('of a deletion waits for what can be paid for', () => {
    const rotationPace = { ...newPace(0), bucket: { tokens: 0, at: t0 } };
    const state = active({ phase: 'retiring', nextAttemptAt: t0 + 5_000, rotationPace });
    expect(viewOf(state, t0).nextAttemptAt).toBe(toRfc3339(t0 + 60 * minute));
  });

  it.each<[string, Partial<TimePolicy>, number]>([
    ['usual times', {}, 60 * minute],
    ['other times', { bucketRefill: 10 * minute }, 10 * minute],
  ])('is the true one of an entity that was told %s', (_name, other, wait) => {
    const rotationPace = { ...newPace(0), bucket: { tokens: 0, at: t0 } };
    const state = active({ rotation: { operationId: 'o', actor: 'key:a' }, rotationPace });
    const recorded = { incarnation: 1, sequence: 1, state, view: null, chain: 'mine', rules: 1, wakeAt: null };
    const told = { ...policy, ...other };
    const woken = { rules: 1, config: configOf(), recorded, operations: [], initialAccessTokenRef: null };
    const waking = { chain: 'mine', held: null, unrecordedAfter: null, conflict: false, early: [] };
    const awake = awaken({ ...woken, policy: told, unsettled: null }, waking, t0).applied.state;
    expect(viewOf(awake, t0).nextAttemptAt).toBe(toRfc3339(t0 + wait));
    expect(nextStep(awake, t0, told)).toEqual({ do: 'wait', until: t0 + wait });
    expect(awake.times).toEqual(wait === 60 * minute ? undefined : other);
  });

  it('and the due time are those of the times that hold', () => {
    // A window that is spread over is spread over as long as the policy says.
    const freezeWindows = [{ start: toRfc3339(t0 + 40 * day), end: toRfc3339(t0 + 70 * day) }];
    const usual = active({}, { rotationPolicy: { freezeWindows } });
    const narrow = { ...usual, times: { windowSpread: 60 * minute } };
    const before = t0 + 40 * day - 60 * minute;
    expect(dueOf(usual)).toBeLessThan(before);
    expect(dueOf(narrow)).toBeGreaterThanOrEqual(before);
    expect(viewOf(narrow, t0).nextAttemptAt).toBe(toRfc3339(dueOf(narrow) ?? 0));
    expect(rotationStart(narrow, t0, { ...policy, ...narrow.times })).toBe(dueOf(narrow));
  });
});

describe('a rotation inside a window', () => {
  const freezeWindows = [{ start: toRfc3339(t0 + day), end: toRfc3339(t0 + 364 * day) }];
  const frozen = (patch: Partial<EntityState> = {}) =>
    active(
      { current: credentialOf({ issuedAt: t0 + 10 * day, expiresAt: t0 + 100 * day }), ...patch },
      {
        rotationPolicy: { freezeWindows },
      },
    );

  it('is announced, with its time, from when it is known', () => {
    const state = frozen();
    const at = rotationStart(state, t0, policy);
    const { nextAttemptAt, credential } = viewOf(state, t0);
    expect(nextAttemptAt).toBe(toRfc3339(at ?? 0));
    expect(credential?.rotationDueAt).toBe(nextAttemptAt);
    expect(credential?.findings).toMatchObject([{ code: 'rotation-inside-freeze-window', severity: 'warning' }]);
    const { transitions } = run(state, whateverWorld(drawFrom(1)), t0 + 11 * day, at ?? 0, policy, 20_000);
    const begun = transitions.find(({ type }) => type === 'credential.rotation-started');
    expect(begun).toMatchObject({ at: nextAttemptAt, reason: 'RotationInsideFreezeWindow' });
  });

  test.each<[string, EntityState]>([
    [
      'one that has room before it',
      active(
        {},
        { rotationPolicy: { freezeWindows: [{ start: toRfc3339(t0 + 40 * day), end: toRfc3339(t0 + 70 * day) }] } },
      ),
    ],
    [
      'one that cannot be made by a request',
      frozen({ current: credentialOf({ issuedAt: t0 + 10 * day, manageable: false }) }),
    ],
    ['no window', active()],
  ])('is not announced of %s', (_what, state) => {
    expect(viewOf(state, t0).credential?.findings).toBeUndefined();
  });
});
