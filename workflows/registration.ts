import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  sleep,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import { backOff } from '../domain/entity/backOff.ts';
import type { Applied } from '../domain/entity/draft.ts';
import { nextStep } from '../domain/entity/nextStep.ts';
import { mayOnboard } from '../domain/entity/onboarding.ts';
import { isRequestStep, openRequest } from '../domain/entity/openRequest.ts';
import { acceptOperation } from '../domain/entity/operations.ts';
import type { EntityState, Operation } from '../domain/entity/state.ts';
import { urgencyOf } from '../domain/entity/urgency.ts';
import { awaken } from '../domain/entity/waking/awaken.ts';
import { refuseUnknownRules } from '../domain/entity/waking/decisionRules.ts';
import { migrateState } from '../domain/entity/waking/migrateState.ts';
import { keepingOperations } from '../domain/entity/waking/openOperations.ts';
import { restTime, wakeTime } from '../domain/entity/waking/rest.ts';
import type { Decided } from '../domain/ports/entityState.ts';
import { defaultTimePolicy, type TimePolicy } from '../domain/time/policy.ts';
import { type Asking, own, peersOf } from './activities.ts';
import type { Carried, RegistrationInput } from './carried.ts';
import { Outdated } from './failure.ts';
import { judgedBefore, receive } from './handlers.ts';
import { Records } from './records.ts';
import { decide, isDecision } from './steps/decision.ts';
import { onboard } from './steps/onboard.ts';
import { sendRequest } from './steps/request.ts';
import { takeStep } from './steps/step.ts';
import { type Unrecorded, withDecision } from './unrecorded.ts';

export type { RegistrationInput } from './carried.ts';
export { operate, refresh } from './handlers.ts';

/** Events of a run after which it continues as new: one history is read whole whenever a worker takes the entity up. */
const fullAt = 60;

/** Longest timer, in milliseconds; what is further away is waited for by several. */
const longestTimer = 365 * 86_400_000;

/**
 * The registration entity: one workflow per registration for as long as it lives (DESIGN section 5). Nobody ends it from
 * outside but by terminating it, as a request may be in flight: a cancellation is not heeded.
 */
export async function registration(input: RegistrationInput): Promise<void> {
  await CancellationScope.nonCancellable(() => new RegistrationEntity(input).run());
}

class RegistrationEntity {
  readonly #input: RegistrationInput;
  readonly #chain = workflowInfo().firstExecutionRunId;
  #policy: TimePolicy = defaultTimePolicy;
  /** Null before the records were read in this run. */
  #state: EntityState | null = null;
  #incarnation: number | null;
  /** Operations that came before there was a state. */
  #early: readonly Operation[];
  /** Operations that came in this run. */
  #came = 0;
  #refresh = false;
  /** What was decided and is not recorded. */
  #unrecorded: Unrecorded | null;
  /** As it was recorded last; undefined = not known. */
  #recordedWakeAt: number | null | undefined;
  /** The request that is open and that nobody was given yet. */
  #opened: string | null = null;
  /** Whether it may still be tried in this run to onboard in one step. */
  #onboards = true;
  readonly #records: Records;
  /** Times that the records refused what this run decided. */
  #conflicts = 0;

  constructor(input: RegistrationInput) {
    const { carried } = input;
    this.#input = input;
    this.#incarnation = carried?.incarnation ?? null;
    this.#early = carried?.operations ?? [];
    this.#unrecorded = carried?.unrecorded ?? null;
    this.#opened = carried?.opened ?? null;
    this.#records = new Records(carried?.failures ?? 0, (wakeAt) => this.#endWhereFull(wakeAt));
    receive({
      judging: () => this.#state ?? judgedBefore(carried, this.#early),
      accept: (operation) => this.#accept(operation),
      refresh: () => {
        this.#refresh = true;
      },
    });
  }

  async run(): Promise<void> {
    const { carried } = this.#input;
    // The first command of a run that goes on, whatever the release: nothing may come before it.
    // What came counts from none: workers that do not know the run meet all that it waited for at once.
    if (carried !== undefined) await this.#until(carried.wakeAt, 0);
    let lives = await this.#wake(false);
    while (lives) {
      try {
        lives = await this.#advance();
      } catch (error) {
        if (!(error instanceof Outdated)) throw error;
        lives = await this.#startOver(error.conflict);
      }
    }
    await condition(allHandlersFinished);
  }

  /** One decision, one step, or one rest. False when the entity has ended. */
  async #advance(): Promise<boolean> {
    if (this.#refresh && this.#unrecorded === null && this.#opened === null) return await this.#wake(false);
    const state = this.#current();
    const now = Date.now();
    const step = nextStep(state, now, this.#policy);
    if (isRequestStep(step)) {
      this.#opened = uuid4();
      const ids = { intentId: this.#opened, operationId: uuid4() };
      this.#decide({ state: openRequest(state, step, ids, now, this.#policy), transitions: [] });
      return true;
    }
    if (isDecision(step)) {
      this.#decide(decide(step, state, now, this.#policy, uuid4));
      return true;
    }
    const wakeAt = wakeTime(step, now);
    const waits = step.do === 'wait' || step.do === 'finish';
    // Nothing is asked of anybody, and nothing waited for, on what is not recorded.
    if (this.#unrecorded !== null || (waits && wakeAt !== this.#recordedWakeAt)) {
      await this.#record(wakeAt);
      return true;
    }
    if (step.do === 'finish') return false;
    if (this.#isFull() && this.#opened === null) return await this.#continueAsNew(wakeAt);
    if (step.do === 'wait') {
      await this.#rest(wakeAt);
      return true;
    }
    if (step.do === 'discover' && this.#onboards && mayOnboard(state)) {
      await this.#onboard(state);
      return true;
    }
    const unsent = step.do === 'settle' && step.request.intentId === this.#opened ? step.request : null;
    this.#opened = null;
    const asking = this.#asking();
    const apply = await (unsent === null ? takeStep(step, state, asking) : sendRequest(unsent, state, asking));
    this.#decide(apply(this.#current(), Date.now()));
    return true;
  }

  /** At most once in a run, as what it leaves goes on by single steps. */
  async #onboard(before: EntityState): Promise<void> {
    const ids = { intentId: uuid4(), operationId: uuid4() };
    this.#onboards = false;
    const apply = await onboard(before, this.#chain, ids, this.#asking());
    const { recorded, applied, begun } = apply(this.#current(), Date.now());
    this.#onboards = !begun;
    if (recorded !== null) {
      this.#state = keepingOperations(recorded.state, this.#current());
      this.#recordedWakeAt = recorded.wakeAt;
    }
    this.#decide(applied);
  }

  #decide(applied: Applied): void {
    this.#unrecorded = withDecision(this.#unrecorded, this.#current(), applied);
    this.#state = applied.state;
  }

  async #record(wakeAt: number | null): Promise<void> {
    const { registrationId } = this.#input;
    const answer = await this.#records.reach(() => {
      const state = this.#current();
      const { incarnation, rules } = this.#decided();
      const unrecorded = this.#unrecorded ?? { afterSequence: state.sequence, transitions: [], endedOperations: [] };
      return own.record({ registrationId, incarnation, chain: this.#chain, ...unrecorded, state, rules, wakeAt });
    }, this.#policy);
    if (answer.kind === 'conflict') throw new Outdated(true);
    this.#unrecorded = null;
    this.#recordedWakeAt = wakeAt;
    if (answer.kind === 'recorded') return;
    // A task of this chain wrote it and died: what it decided counts, and this is decided anew.
    const { rules } = this.#current();
    this.#state = { ...keepingOperations(migrateState(answer.state), this.#current()), rules };
    this.#recordedWakeAt = undefined;
    this.#opened = null;
    // Where Temporal's data are older than that, operations were delivered to what is lost: the rows have them.
    this.#refresh = true;
  }

  /** Reads what the entity goes by. False when there is nothing to live for. */
  async #wake(conflict: boolean): Promise<boolean> {
    const { registrationId, carried } = this.#input;
    this.#refresh = false;
    const asked = { registrationId, incarnation: this.#incarnation, chain: this.#chain };
    const woken = await this.#records.reach(() => own.wake(asked), this.#policy);
    if (woken === null) {
      if (this.#incarnation !== null) return false;
      throw ApplicationFailure.nonRetryable(`There is no registration ${registrationId}.`, 'UnknownRegistration');
    }
    refuseUnknownRules(woken.rules);
    this.#policy = { ...defaultTimePolicy, ...woken.policy };
    const held = this.#state ?? (carried?.state == null ? null : migrateState(carried.state));
    const { applied, keepsUnrecorded } = awaken(
      woken,
      {
        chain: this.#chain,
        held,
        unrecordedAfter: this.#unrecorded?.afterSequence ?? null,
        conflict,
        early: this.#early,
      },
      Date.now(),
    );
    this.#early = [];
    this.#incarnation = woken.recorded.incarnation;
    this.#state = applied.state;
    if (keepsUnrecorded) return true;
    this.#opened = null;
    this.#recordedWakeAt = woken.recorded.state === null ? undefined : woken.recorded.wakeAt;
    const { transitions } = applied;
    const { sequence: afterSequence } = woken.recorded;
    this.#unrecorded = transitions.length === 0 ? null : { afterSequence, transitions, endedOperations: [] };
    return true;
  }

  #asking(): Asking {
    const { workClass, priority } = urgencyOf(this.#current(), Date.now());
    const peers = peersOf(this.#policy, this.#input.peerTaskQueue, priority);
    return { peers, decided: { ...this.#decided(), workClass }, policy: this.#policy };
  }

  #decided(): Decided {
    const { sequence: decidedAt, rules } = this.#current();
    return { decidedAt, incarnation: this.#incarnation ?? 1, rules };
  }

  /** Waits first, longer each time: two entities of one registration must not chase each other. */
  async #startOver(conflict: boolean): Promise<boolean> {
    const { registrationId } = this.#input;
    const wait = backOff(registrationId, this.#conflicts, this.#policy, null);
    this.#conflicts += 1;
    await this.#endWhereFull(Date.now() + wait);
    await sleep(wait);
    return await this.#wake(conflict);
  }

  /** Sleeps, and parks where there is more to wait for. */
  async #rest(until: number | null): Promise<void> {
    const parkAt = Date.now() + restTime(this.#input.registrationId, this.#policy);
    const parks = until === null || until > parkAt;
    const came = await this.#until(parks ? parkAt : until);
    if (parks && !came) await this.#continueAsNew(until);
  }

  /** Until a time (null: none), or until more than `before` operations or a refreshing came; true then. */
  async #until(time: number | null, before = this.#came): Promise<boolean> {
    const came = () => this.#came !== before || this.#refresh;
    if (time !== null) return await condition(came, Math.min(Math.max(1, time - Date.now()), longestTimer));
    await condition(came);
    return true;
  }

  #isFull(): boolean {
    return workflowInfo().historyLength >= fullAt;
  }

  async #endWhereFull(wakeAt: number): Promise<void> {
    if (this.#isFull()) await this.#continueAsNew(wakeAt);
  }

  async #continueAsNew(wakeAt: number | null): Promise<never> {
    await condition(allHandlersFinished);
    const { registrationId, peerTaskQueue, carried: before } = this.#input;
    const carried: Carried = {
      incarnation: this.#incarnation,
      state: this.#state ?? before?.state ?? null,
      operations: this.#early,
      wakeAt: this.#refresh ? Date.now() : wakeAt,
      unrecorded: this.#unrecorded,
      opened: this.#opened,
      failures: this.#records.failures,
    };
    return await continueAsNew<typeof registration>({ registrationId, peerTaskQueue, carried });
  }

  #accept(operation: Operation): void {
    if (this.#state === null) this.#early = [...this.#early, operation];
    else this.#state = acceptOperation(this.#state, operation);
    this.#came += 1;
  }

  #current(): EntityState {
    if (this.#state === null) throw new Error('the entity wakes before anything else');
    return this.#state;
  }
}
