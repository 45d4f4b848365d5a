import { decisionRules } from '../../../domain/entity/waking/decisionRules.ts';
import type { OperationRequest } from '../../../domain/operations/request.ts';
import type { Decision, RecordAnswer, StoredState, WakeArguments, Woken } from '../../../domain/ports/entityState.ts';
import type { RegistrationConfig } from '../../../domain/registration/config.ts';
import type { RegistrationView, Transition } from '../../../domain/registration/view.ts';
import type { TimePolicy } from '../../../domain/time/policy.ts';
import { configOf } from '../../support/entity.ts';

/** What the records of a scripted world hold of one registration; a test may write into it. */
export interface Row {
  incarnation: number;
  sequence: number;
  state: StoredState | null;
  view: RegistrationView | null;
  chain: string | null;
  rules: number | null;
  wakeAt: number | null;
  /** That have not ended. */
  operations: OperationRequest[];
  readonly timeline: Transition[];
  /** Ids of operations in the order in which they ended. */
  readonly ended: string[];
  /** Times that an entity woke. */
  wakes: number;
}

/** The configuration that a scripted registration has. */
export function scriptedConfig(registrationId: string, given: Partial<RegistrationConfig> = {}): RegistrationConfig {
  return configOf({ registrationId, tenantId: 'golden', ...given });
}

/** The rules of the records as `stores/records/registrations/` has them, without a database. */
export class MemoryRecords {
  readonly #rows = new Map<string, Row>();

  /** The first event is that it was added. */
  row(registrationId: string): Row {
    const known = this.#rows.get(registrationId);
    if (known !== undefined) return known;
    const row: Row = {
      incarnation: 1,
      sequence: 1,
      state: null,
      view: null,
      chain: null,
      rules: null,
      wakeAt: null,
      operations: [],
      timeline: [],
      ended: [],
      wakes: 0,
    };
    this.#rows.set(registrationId, row);
    return row;
  }

  wake(
    { registrationId, incarnation, chain }: WakeArguments,
    policy: TimePolicy,
    given: Partial<RegistrationConfig> = {},
  ): Woken | null {
    const row = this.row(registrationId);
    if (incarnation !== null && incarnation !== row.incarnation) return null;
    const { sequence, state, view, rules, wakeAt, operations } = row;
    const recorded = {
      incarnation: row.incarnation,
      sequence,
      state: structuredClone(state),
      view,
      chain: row.chain,
      rules,
      wakeAt,
    };
    row.chain = chain;
    row.wakes += 1;
    return {
      rules: Math.max(decisionRules, rules ?? 0),
      policy,
      config: scriptedConfig(registrationId, given),
      recorded,
      operations: [...operations],
      initialAccessTokenRef: null,
      unsettled: null,
    };
  }

  record(decision: Decision): RecordAnswer {
    const row = this.row(decision.registrationId);
    if (row.incarnation !== decision.incarnation || row.chain !== decision.chain) return { kind: 'conflict' };
    if (row.sequence > decision.afterSequence && row.state !== null)
      return { kind: 'taken', state: structuredClone(row.state), sequence: row.sequence };
    if (row.sequence !== decision.afterSequence) return { kind: 'conflict' };
    const { transitions, state, rules, wakeAt, endedOperations } = decision;
    const last = transitions.at(-1);
    row.timeline.push(...transitions);
    row.sequence = last?.sequence ?? row.sequence;
    row.view = last?.view ?? row.view;
    row.state = structuredClone(state);
    row.rules = rules;
    row.wakeAt = wakeAt;
    row.ended.push(...endedOperations);
    row.operations = row.operations.filter(({ operationId }) => !endedOperations.includes(operationId));
    return { kind: 'recorded' };
  }
}
