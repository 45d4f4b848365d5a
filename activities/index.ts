import { decisionRules } from '../domain/entity/waking/decisionRules.ts';
import { RegistrarFailure } from '../domain/failure.ts';
import type { Endpoints, StepBudget } from '../domain/ports/activities.ts';
import type { Decided, WakeArguments, Woken } from '../domain/ports/entityState.ts';
import type { EntityActivities } from '../domain/ports/onboarding.ts';
import { explain } from '../domain/reasons/index.ts';
import type { TimePolicy } from '../domain/time/policy.ts';
import { storeSupplied } from './credentials/adopt.ts';
import { showEndpoints } from './credentials/showEndpoints.ts';
import type { Dependencies } from './dependencies.ts';
import { discover } from './discovery/discover.ts';
import { prove } from './proof/prove.ts';
import { provingStored } from './proof/proveStored.ts';
import { probeSetAside } from './proof/setAside.ts';
import { settleConflict } from './proof/settleConflict.ts';
import { planMetadata } from './requests/metadataChange.ts';
import { onboard } from './requests/onboard.ts';
import { readClient } from './requests/read.ts';
import { register } from './requests/register.ts';
import { retire } from './requests/retire.ts';
import { settle } from './requests/settle.ts';
import { update } from './requests/update.ts';
import { callsOf, heedPause, type TurnDependencies, takeTurn } from './servers/turn.ts';

/** What activities are made of that have their turn at a server. */
export type ActivityDependencies = Dependencies & Omit<TurnDependencies, 'client'>;

/** Every activity, bound to what it works on. `policy` is the release's, told to entities when they wake. */
export function createActivities(deps: ActivityDependencies, policy: TimePolicy): EntityActivities {
  /**
   * Refuses what was decided on a state that is not the newest, as another entity has gone on from there, and what has
   * no turn at its server yet: the step then ends before anything is sent.
   */
  function decided<Argument extends StepArgument, Result>(
    name: keyof typeof callsOf,
    step: (deps: Dependencies, argument: Argument & Decided, budget: StepBudget) => Promise<Result>,
    milliseconds: () => number,
  ) {
    return async (argument: Argument & Decided): Promise<Result> => {
      const startedAt = deps.clock.now();
      const { fhirBaseUrl } = await refuseOutdated(deps, argument);
      const url = askedFirst(argument, fhirBaseUrl);
      const workClass = argument.workClass ?? 'onboarding';
      const calls = callsOf[name];
      if (url !== null && calls > 0) await takeTurn(deps, { url, calls, workClass });
      return await heedingPause(deps, url, step(deps, argument, { startedAt, endsAt: startedAt + milliseconds() }));
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
    discover: decided('discover', discover, repeatableStep),
    onboard: decided('onboard', onboard, requestStep),
    register: decided('register', provingStored(register), requestStep),
    update: decided('update', provingStored(update), requestStep),
    read: decided('read', provingStored(readClient), requestStep),
    settle: decided('settle', provingStored(settle), repeatableStep),
    prove: decided('prove', prove, repeatableStep),
    probeSetAside: decided('probeSetAside', probeSetAside, repeatableStep),
    settleConflict: decided('settleConflict', settleConflict, repeatableStep),
    storeSupplied: decided('storeSupplied', provingStored(storeSupplied), repeatableStep),
    showEndpoints: decided('showEndpoints', showEndpoints, repeatableStep),
    retire: decided('retire', forgettingHeaders(retire), repeatableStep),
    planMetadata: (argument) => planMetadata(deps, argument),
    wake: (argument) => wake(deps, policy, argument),
    record: (decision) => deps.records.recordDecision(decision),
  };
}

interface StepArgument {
  readonly registrationId: string;
  readonly endpoints?: Pick<Endpoints, 'tokenEndpoint'> | null;
}

/** What a step counts on: the token endpoint, before it is known the FHIR base URL. Null: it asks nobody. */
function askedFirst({ endpoints }: StepArgument, fhirBaseUrl: string): string | null {
  return endpoints === null ? null : (endpoints?.tokenEndpoint ?? fhirBaseUrl);
}

/** A server that asks for a pause asks all of us, also where its answer is a result of the step. */
async function heedingPause<Result>(
  deps: Pick<ActivityDependencies, 'budgets'>,
  url: string | null,
  step: Promise<Result>,
): Promise<Result> {
  if (url === null) return await step;
  try {
    const result = await step;
    await heedPause(deps, url, failureIn(result));
    return result;
  } catch (error) {
    await heedPause(deps, url, error);
    throw error;
  }
}

/** Of a step's outcome, or of what an onboarding tells. */
function failureIn(result: unknown): unknown {
  const { outcome, request, failure } = (result ?? {}) as Readonly<Record<string, { readonly failure?: unknown }>>;
  return outcome?.failure ?? request?.failure ?? failure;
}

async function refuseOutdated(
  { records }: Dependencies,
  { registrationId, decidedAt, incarnation }: Decided & { readonly registrationId: string },
): Promise<{ readonly fhirBaseUrl: string }> {
  const now = await records.standing(registrationId);
  if (now !== null && now.decidedAt === decidedAt && now.incarnation === incarnation) return now;
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
