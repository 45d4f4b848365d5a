import type {
  CredentialState,
  ProofOutcome,
  RequestArguments,
  RequestOutcome,
  StepBudget,
  SupplyOutcome,
} from '../../domain/ports/activities.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import { withoutQuery } from '../../domain/text/webUrl.ts';
import { configOf, type Dependencies } from '../dependencies.ts';
import { tokenEndpointOf } from '../servers/audience.ts';
import { proveWith } from './prove.ts';

type StoringArguments = Pick<RequestArguments, 'registrationId' | 'endpoints'> & {
  readonly current?: CredentialState | null;
};

/** Share of a step's time that stays unused, so that its result is delivered before it is given up. */
const reserve = 0.1;

/**
 * A step that proves at once what it stored: the proof always comes next, and an activity of its own would cost more
 * than the proof. What keeps it from being made in the time that is left is no failure of the request: the entity then
 * proves as its next step, which is repeatable, even beside a proof that goes on here.
 */
export function provingStored<Argument extends StoringArguments, Outcome extends RequestOutcome | SupplyOutcome>(
  step: (deps: Dependencies, config: RegistrationConfig, argument: Argument, budget: StepBudget) => Promise<Outcome>,
) {
  return async (
    deps: Dependencies,
    argument: Argument,
    budget: StepBudget,
  ): Promise<{ outcome: Outcome; proof: ProofOutcome | null }> => {
    const config = await configOf(deps, argument.registrationId);
    const outcome = await step(deps, config, argument, budget);
    if (outcome.kind !== 'stored') return { outcome, proof: null };
    const { registrationId, endpoints, current = null } = argument;
    // What was refused before was another credential: this one begins its own series.
    const client = { tokenEndpoint: withoutQuery(tokenEndpointOf(endpoints)), clientId: outcome.credential.clientId };
    await deps.records.forgetAuthenticationFailures(client, 'new').catch(() => undefined);
    const proof = proveWith(deps, config, { registrationId, endpoints, current, pending: outcome.credential });
    const endsAt = budget.endsAt - (budget.endsAt - budget.startedAt) * reserve;
    return { outcome, proof: await resultWithin(proof, endsAt - deps.clock.now()) };
  };
}

/** Null when it fails, or takes longer than the given milliseconds. */
async function resultWithin(proof: Promise<ProofOutcome>, milliseconds: number): Promise<ProofOutcome | null> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, milliseconds), null);
  });
  try {
    return await Promise.race([proof, tooLate]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
