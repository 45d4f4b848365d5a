import { decisionRules } from '../domain/entity/waking/decisionRules.ts';
import { RegistrarFailure } from '../domain/failure.ts';
import type { RegistrationActivities, StepBudget } from '../domain/ports/activities.ts';
import type { Decided, WakeArguments, Woken } from '../domain/ports/entityState.ts';
import { explain } from '../domain/reasons/index.ts';
import type { TimePolicy } from '../domain/time/policy.ts';
import { storeSupplied } from './credentials/adopt.ts';
import type { Dependencies } from './dependencies.ts';
import { discover } from './discovery/discover.ts';
import { prove } from './proof/prove.ts';
import { provingStored } from './proof/proveStored.ts';
import { probeSetAside } from './proof/setAside.ts';
import { planMetadata } from './requests/metadataChange.ts';
import { register } from './requests/register.ts';
import { retire } from './requests/retire.ts';
import { settle } from './requests/settle.ts';
import { update } from './requests/update.ts';

/** Every activity, bound to what it works on. `policy` is the release's, told to entities when they wake. */
export function createActivities(deps: Dependencies, policy: TimePolicy): RegistrationActivities {
  /** Refuses what was decided on a state that is not the newest: another entity has gone on from there. */
  function decided<Argument extends { readonly registrationId: string }, Result>(
    step: (deps: Dependencies, argument: Argument, budget: StepBudget) => Promise<Result>,
    milliseconds: () => number,
  ) {
    return async (argument: Argument & Decided): Promise<Result> => {
      const startedAt = deps.clock.now();
      await refuseOutdated(deps, argument);
      return await step(deps, argument, { startedAt, endsAt: startedAt + milliseconds() });
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

  const requestStep = () => deps.requestStep;
  const repeatableStep = () => policy.repeatableStep;
  return {
    discover: decided(discover, repeatableStep),
    register: decided(provingStored(register), requestStep),
    update: decided(provingStored(update), requestStep),
    settle: decided(provingStored(settle), repeatableStep),
    prove: decided(prove, repeatableStep),
    probeSetAside: decided(probeSetAside, repeatableStep),
    storeSupplied: decided(provingStored(storeSupplied), repeatableStep),
    retire: decided(forgettingHeaders(retire), repeatableStep),
    planMetadata: (argument) => planMetadata(deps, argument),
    wake: (argument) => wake(deps, policy, argument),
    record: (decision) => deps.records.recordDecision(decision),
  };
}

async function refuseOutdated(
  { records }: Dependencies,
  { registrationId, decidedAt, incarnation }: Decided & { readonly registrationId: string },
): Promise<void> {
  const now = await records.standing(registrationId);
  if (now !== null && now.decidedAt === decidedAt && now.incarnation === incarnation) return;
  const reason = 'DecisionOutdated';
  throw new RegistrarFailure({ reason, retryClass: 'input', message: explain(reason) });
}

/** What an entity that wakes goes by. Read in an activity, so that it is in history. */
async function wake({ records }: Dependencies, policy: TimePolicy, argument: WakeArguments): Promise<Woken | null> {
  const recorded = await records.claim(argument);
  const start = recorded === null ? null : await records.entityStart(argument.registrationId);
  if (recorded === null || start === null) return null;
  const { config, initialAccessTokenRef, unsettled } = start;
  return {
    rules: Math.max(decisionRules, recorded.rules ?? 0),
    policy,
    config,
    recorded,
    operations: await records.openOperations(argument.registrationId),
    initialAccessTokenRef,
    unsettled,
  };
}
