import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  defineUpdate,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { nextStep, type Step } from '../domain/entity/nextStep.ts';
import { acceptOperation, refusalOf } from '../domain/entity/operations.ts';
import { type EntityState, initialState, migrateState, type Operation } from '../domain/entity/state.ts';
import { type OperationRequest, operateUpdate, operationRequestSchema } from '../domain/operations.ts';
import type { TimePolicy } from '../domain/timePolicy.ts';
import { type Stubs, stubs } from './activities.ts';
import { Outbox } from './outbox.ts';
import { takeStep } from './steps/step.ts';

/** Argument of the workflow. `state` is there after continue-as-new only. */
export interface RegistrationInput {
  readonly registrationId: string;
  readonly policy: TimePolicy;
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

  constructor(input: RegistrationInput) {
    this.#input = input;
    this.#activities = stubs(input.policy, this.#outbox);
    this.#state = input.state === undefined ? null : migrateState(input.state);
    setHandler(operate, (request) => this.#accept(request), { validator: (request) => this.#validate(request) });
  }

  async run(): Promise<void> {
    await this.#load();
    for (;;) {
      const step = nextStep(this.#current(), Date.now(), this.#input.policy);
      if (step.do === 'wait' || step.do === 'finish') {
        if (!this.#outbox.empty) {
          await this.#flush();
          // Operations may have come in meanwhile.
          continue;
        }
        if (step.do === 'finish') {
          await condition(allHandlersFinished);
          return;
        }
        await this.#sleep(step);
        if (workflowInfo().continueAsNewSuggested) await this.#continueAsNew();
        continue;
      }
      const apply = await takeStep(step, this.#current(), this.#activities, this.#input.policy);
      const applied = apply(this.#current(), Date.now());
      this.#state = applied.state;
      this.#outbox.add(applied.transitions);
      if (applied.transitions.some((transition) => transition.type === 'credential.rotated'))
        await this.#continueAsNew();
    }
  }

  async #load(): Promise<void> {
    if (this.#state !== null) return;
    const start = await this.#activities.entityStart(this.#input.registrationId);
    if (start === null) {
      throw ApplicationFailure.nonRetryable(
        `There is no registration ${this.#input.registrationId}.`,
        'UnknownRegistration',
      );
    }
    this.#state = this.#early.reduce(acceptOperation, initialState(start));
    this.#early = [];
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
    const { registrationId, policy } = this.#input;
    return await continueAsNew<typeof registration>({ registrationId, policy, state: this.#current() });
  }

  #validate(request: OperationRequest): void {
    const parsed = operationRequestSchema.safeParse(request);
    if (!parsed.success) throw refused('The operation is malformed.');
    const known = this.#state?.recentOperationIds.includes(parsed.data.operationId) ?? false;
    const refusal = this.#state === null || known ? null : refusalOf(this.#state, parsed.data.kind);
    if (refusal !== null) throw refused(refusal);
  }

  #accept(request: OperationRequest): { operationId: string } {
    const { operationId, kind, actor, reason } = request;
    const operation: Operation = { operationId, kind, actor, reason: reason ?? null };
    if (this.#state === null) this.#early.push(operation);
    else this.#state = acceptOperation(this.#state, operation);
    return { operationId };
  }

  #current(): EntityState {
    if (this.#state === null) throw new Error('the state is read before anything else');
    return this.#state;
  }
}

function refused(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'OperationRefused');
}
