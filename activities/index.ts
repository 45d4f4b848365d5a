import type { RegistrationActivities } from '../domain/ports.ts';
import type { Dependencies } from './dependencies.ts';
import { discover } from './discover.ts';
import { prove } from './prove.ts';
import { register } from './register.ts';
import { retire } from './retire.ts';
import { settle } from './settle.ts';
import { update } from './update.ts';

/** Every activity, bound to what it works on. */
export function createActivities(deps: Dependencies): RegistrationActivities {
  return {
    discover: (argument) => discover(deps, argument),
    register: (argument) => register(deps, argument),
    update: (argument) => update(deps, argument),
    settle: (argument) => settle(deps, argument),
    prove: (argument) => prove(deps, argument),
    retire: (argument) => retire(deps, argument),
    entityStart: (registrationId) => deps.records.entityStart(registrationId),
    async record(transitions) {
      for (const transition of transitions) await deps.records.recordTransition(transition);
    },
  };
}
