import { defaultPaceTimes, type PaceTimes } from '../time/pace.ts';
import type { EntityState } from './state.ts';

/** The times by which a state is judged and shown: those of the policy that its entity was told when it woke. */
export function timesOf({ times }: Pick<EntityState, 'times'>): PaceTimes {
  return { ...defaultPaceTimes, ...times };
}

/** What a state keeps of a policy: the times that are not the usual ones. */
export function keptTimes(policy: PaceTimes): Pick<EntityState, 'times'> {
  const names = Object.keys(defaultPaceTimes) as (keyof PaceTimes)[];
  const others = names.filter((name) => policy[name] !== undefined && policy[name] !== defaultPaceTimes[name]);
  return { times: others.length === 0 ? undefined : Object.fromEntries(others.map((name) => [name, policy[name]])) };
}
