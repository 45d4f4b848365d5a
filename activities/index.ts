import type { RegistrationActivities, Unrecorded } from '../domain/ports/activities.ts';
import { storeSupplied } from './credentials/adopt.ts';
import type { Dependencies } from './dependencies.ts';
import { discover } from './discovery/discover.ts';
import { prove } from './proof/prove.ts';
import { provingStored } from './proof/proveStored.ts';
import { planMetadata } from './requests/metadataChange.ts';
import { register } from './requests/register.ts';
import { retire } from './requests/retire.ts';
import { settle } from './requests/settle.ts';
import { update } from './requests/update.ts';

/** Every activity, bound to what it works on. */
export function createActivities(deps: Dependencies): RegistrationActivities {
  /** Asked for in order, so that they are committed in order, and together. */
  async function record(transitions: Unrecorded): Promise<void> {
    await Promise.all(transitions.map((transition) => deps.records.recordTransition(transition)));
  }

  function recordingFirst<Argument, Result>(step: (deps: Dependencies, argument: Argument) => Promise<Result>) {
    return async (argument: Argument, unrecorded: Unrecorded = []): Promise<Result> => {
      await record(unrecorded);
      return await step(deps, argument);
    };
  }

  /** A retired registration is not discovered again. */
  function forgettingHeaders<Argument extends { registrationId: string }, Result>(
    step: (deps: Dependencies, argument: Argument) => Promise<Result>,
  ) {
    return async (_: Dependencies, argument: Argument): Promise<Result> => {
      const result = await step(deps, argument);
      await deps.records.putDiscoveryHeaders(argument.registrationId, {});
      return result;
    };
  }

  return {
    discover: recordingFirst(discover),
    register: recordingFirst(provingStored(register)),
    update: recordingFirst(provingStored(update)),
    settle: recordingFirst(provingStored(settle)),
    prove: recordingFirst(prove),
    storeSupplied: recordingFirst(provingStored(storeSupplied)),
    retire: recordingFirst(forgettingHeaders(retire)),
    planMetadata: (argument) => planMetadata(deps, argument),
    entityStart: (registrationId) => deps.records.entityStart(registrationId),
    record,
  };
}
