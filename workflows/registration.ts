import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  defineUpdate,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { backOff } from '../domain/entity/backOff.ts';
import type { Applied } from '../domain/entity/draft.ts';
import { nextStep, type Step } from '../domain/entity/nextStep.ts';
import { acceptOperation, refusalOf } from '../domain/entity/operations.ts';
import { rebuild } from '../domain/entity/rebuild.ts';
import type { EntityStart } from '../domain/entity/start.ts';
import { type EntityState, initialState, migrateState, type Operation } from '../domain/entity/state.ts';
import { type OperationRequest, operateUpdate, operationRequestSchema } from '../domain/operations/request.ts';
import type { TimePolicy } from '../domain/time/policy.ts';
import { type Stubs, stubs } from './activities.ts';
import { RecordsConflict } from './failure.ts';
import { Outbox } from './outbox.ts';
import { takeStep } from './steps/step.ts';

/** Argument of the workflow. */
export interface RegistrationInput {
  readonly registrationId: string;
  readonly policy: TimePolicy;
  /** Where activities that talk to a health system or a secret store go. */
  readonly peerTaskQueue: string;
  /**
   * What the records held when the entity was started, where the starter has read it. It may be old when the entity
   * begins: the records then refuse the first event, before anything is sent.
   */
  readonly start?: EntityStart;
  /** After continue-as-new only. */
  readonly state?: EntityState;
}

export const operate = defineUpdate<{ operationId: string }, [OperationRequest]>(operateUpdate);

/** The registration entity: one workflow per registration for as long as it lives (DESIGN section 5). */
export async function registration(input: RegistrationInput): Promise<void> {
  await new RegistrationEntity(input).run();
}

class RegistrationEntity {
  readonly #input: RegistrationInput;
  readonly #activities: Stubs;
  readonly #outbox = new Outbox();
  #state: EntityState | null;
  /** Operations that came before the state was read. */
  #early: Operation[] = [];
  /** Times that the records refused an event in this run. */
  #conflicts = 0;

  constructor(input: RegistrationInput) {
    this.#input = input;
    this.#activities = stubs(input.policy, this.#outbox, input.peerTaskQueue);
    this.#state = stateOf(input);
    setHandler(operate, (request) => this.#accept(request), { validator: (request) => this.#validate(request) });
  }

  async run(): Promise<void> {
    if (this.#state === null) await this.#load();
    for (let ended = false; !ended; ) {
      try {
        ended = await this.#advance();
      } catch (error) {
        if (!(error instanceof RecordsConflict)) throw error;
        await this.#rebuild();
      }
    }
    await condition(allHandlersFinished);
  }

  /** One step, or one sleep. True when the entity has ended. */
  async #advance(): Promise<boolean> {
    const step = nextStep(this.#current(), Date.now(), this.#input.policy);
    if (step.do !== 'wait' && step.do !== 'finish') {
      const apply = await takeStep(step, this.#current(), this.#activities, this.#input.policy);
      const applied = this.#apply(apply(this.#current(), Date.now()));
      if (applied.transitions.some((transition) => transition.type === 'credential.rotated'))
        await this.#continueAsNew();
      return false;
    }
    if (!this.#outbox.empty) {
      await this.#flush();
      // Operations may have come in meanwhile.
      return false;
    }
    if (step.do === 'finish') return true;
    await this.#sleep(step);
    if (workflowInfo().continueAsNewSuggested) await this.#continueAsNew();
    return false;
  }

  #apply(applied: Applied): Applied {
    this.#state = applied.state;
    this.#outbox.add(applied.transitions);
    return applied;
  }

  async #load(): Promise<void> {
    this.#state = this.#early.reduce(acceptOperation, initialState(await this.#start()));
    this.#early = [];
  }

  async #start(): Promise<EntityStart> {
    const { registrationId } = this.#input;
    const start = await this.#activities.entityStart(registrationId);
    if (start !== null) return start;
    throw ApplicationFailure.nonRetryable(`There is no registration ${registrationId}.`, 'UnknownRegistration');
  }

  /** Waits first, longer each time: two entities of one registration must not chase each other. */
  async #rebuild(): Promise<void> {
    const { registrationId, policy } = this.#input;
    await sleep(backOff(registrationId, this.#conflicts, policy, null));
    this.#conflicts += 1;
    const start = await this.#start();
    this.#outbox.clear();
    this.#apply(rebuild(this.#current(), start, Date.now()));
  }

  async #flush(): Promise<void> {
    await this.#outbox.flush(this.#activities.record);
  }

  /** Until the time, or until an operation comes in. */
  async #sleep(step: Extract<Step, { do: 'wait' }>): Promise<void> {
    const waiting = this.#current().operations.length;
    const changed = () => this.#current().operations.length !== waiting;
    if (step.until === null) await condition(changed);
    else await condition(changed, Math.max(1, step.until - Date.now()));
  }

  async #continueAsNew(): Promise<never> {
    await this.#flush();
    await condition(allHandlersFinished);
    const { registrationId, policy, peerTaskQueue } = this.#input;
    return await continueAsNew<typeof registration>({ registrationId, policy, peerTaskQueue, state: this.#current() });
  }

  #validate(request: OperationRequest): void {
    const parsed = operationRequestSchema.safeParse(request);
    if (!parsed.success) throw refused('The operation is malformed.');
    const known = this.#state?.recentOperationIds.includes(parsed.data.operationId) ?? false;
    const refusal = this.#state === null || known ? null : refusalOf(this.#state, parsed.data);
    if (refusal !== null) throw refused(refusal);
  }

  #accept(request: OperationRequest): { operationId: string } {
    const operation: Operation = { ...request, reason: request.reason ?? null };
    if (this.#state === null) this.#early.push(operation);
    else this.#state = acceptOperation(this.#state, operation);
    return { operationId: request.operationId };
  }

  #current(): EntityState {
    if (this.#state === null) throw new Error('the state is read before anything else');
    return this.#state;
  }
}

/** Null = the records are to be asked. */
function stateOf({ state, start }: RegistrationInput): EntityState | null {
  if (state !== undefined) return migrateState(state);
  return start === undefined ? null : initialState(start);
}

function refused(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'OperationRefused');
}
