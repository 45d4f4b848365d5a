import { afterReadingNotYet, isNotYet } from '../../domain/entity/after/turn.ts';
import { afterOnboarding, type Onboarded, type OnboardIds } from '../../domain/entity/onboarding.ts';
import type { EntityState } from '../../domain/entity/state.ts';
import type { Asking } from '../activities.ts';
import { failureOf, Outdated } from '../failure.ts';

/**
 * Discovers, registers and proves in one step; returns what follows from it for the state as it is then.
 *
 * @param chain Temporal's `firstExecutionRunId`.
 * @throws Outdated where nobody knows what it recorded: the records do.
 */
export async function onboard(
  before: EntityState,
  chain: string,
  ids: OnboardIds,
  { peers, decided, policy }: Asking,
): Promise<(latest: EntityState, now: number) => Onboarded> {
  const { registrationId } = before;
  const argument = { registrationId, chain, state: before, policy, ...ids, ...decided };
  const facts = await peers.onboard(argument).catch((error: unknown) => {
    const failure = failureOf(error);
    if (!isNotYet(failure)) throw new Outdated(false);
    return { notYet: failure };
  });
  return (latest, now) =>
    'notYet' in facts
      ? { recorded: null, applied: afterReadingNotYet(latest, facts.notYet, now), begun: false }
      : afterOnboarding(before, latest, facts, ids, now, policy);
}
