import { decisionRules } from '../domain/entity/waking/decisionRules.ts';
import { RegistrarFailure } from '../domain/failure.ts';
import type { Endpoints, StepBudget } from '../domain/ports/activities.ts';
import type { Decided, WakeArguments, Woken } from '../domain/ports/entityState.ts';
import type { EntityActivities, OnboardArguments } from '../domain/ports/onboarding.ts';
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
import { heedPause, type StepName, type TurnDependencies, takeTurn, turnsOf } from './servers/turn.ts';

/** What activities are made of that have their turn at a server. */
export type ActivityDependencies = Dependencies & Omit<TurnDependencies, 'client'>;

/** Every activity, bound to what it works on. `policy` is the release's, told to entities when they wake. */
export function createActivities(deps: ActivityDependencies, policy: TimePolicy): EntityActivities {
  /**
   * Refuses what was decided on a state that is not the newest, as another entity has gone on from there, and what has
   * no turn at its server yet: the step then ends before anything is sent.
   */
  function decided<Argument extends StepArgument, Result>(
    name: StepName,
    step: (deps: Dependencies, argument: Argument & Decided, budget: StepBudget) => Promise<Result>,
    milliseconds: () => number,
  ) {
    return async (argument: Argument & Decided): Promise<Result> => {
      const startedAt = deps.clock.now();
      const { fhirBaseUrl } = await refuseOutdated(deps, argument);
      const turns = turnsOf(name, argument.endpoints, fhirBaseUrl);
      await takeTurns(turns, argument);
      const budget = { startedAt, endsAt: startedAt + milliseconds() };
      return await heedingPause(deps, turns[0]?.url ?? null, step(deps, argument, budget));
    };
  }

  async function takeTurns(turns: ReturnType<typeof turnsOf>, { workClass = 'onboarding' }: Decided): Promise<void> {
    for (const { url, calls } of turns) await takeTurn(deps, { url, calls, workClass });
  }

  /** Whom it asks it learns on its way. */
  function onboarding(given: Dependencies, argument: OnboardArguments & Decided, budget: StepBudget) {
    const turnAt = (endpoints: Endpoints) =>
      takeTurns(turnsOf('register', endpoints, endpoints.registrationEndpoint ?? ''), argument);
    return onboard(given, argument, budget, turnAt);
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
    onboard: decided('onboard', onboarding, requestStep),
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
  readonly endpoints?: Pick<Endpoints, 'registrationEndpoint' | 'tokenEndpoint'> | null;
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
    const failed = failureIn(result);
    await heedPause(deps, failed.by ?? url, failed.failure);
    return result;
  } catch (error) {
    await heedPause(deps, url, error);
    throw error;
  }
}

/** Of a step's outcome, or of what an onboarding tells, which knows better who it was. */
function failureIn(result: unknown): { readonly by?: string | null; readonly failure: unknown } {
  const { outcome, request, found, failure } = (result ?? {}) as {
    readonly [Part in 'outcome' | 'request']?: { readonly failure?: unknown };
  } & { readonly found?: Pick<Endpoints, 'registrationEndpoint'>; readonly failure?: unknown };
  if (request !== undefined) return { by: found?.registrationEndpoint ?? null, failure: request.failure };
  return { failure: outcome?.failure ?? failure };
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
