import type { CutPlan, PlannedCut } from './peerCuts.ts';
import { say } from './say.ts';
import { sample, seededRandom, seedOfRun } from './seeded.ts';
import { phasesOfLife } from './watch.ts';

/**
 * The whole life of a client that the product registers; and of the others what is their own: a change of metadata, the
 * approval before the registration, and a client that lives already from its hand-over to its end.
 */
export const peerPlans: Readonly<Record<string, CutPlan>> = {
  clean: { kind: 'registered', phases: phasesOfLife, cutIn: phasesOfLife },
  changed: { kind: 'registered', phases: ['onboarding', 'change', 'retirement'], cutIn: ['change'] },
  approved: { kind: 'approved', phases: ['onboarding', 'retirement'], cutIn: ['onboarding'] },
  adopted: { kind: 'adopted', phases: phasesOfLife, cutIn: phasesOfLife },
};

/** How many cut points beside the changes are enough each time: of the first life, and of the others together. */
const ofFirst = 30;
const ofOthers = 10;

const isChange = ({ cut }: PlannedCut) => /^authorization-server (?:POST|PUT|DELETE) /.test(cut.label);

/** Every request that changes something at the authorization server, and others by a seed that is told. */
export function sampled(cuts: readonly PlannedCut[]): PlannedCut[] {
  const seed = seedOfRun();
  say(`Cut points are drawn from seed ${seed}`);
  const random = seededRandom(seed);
  const others = cuts.filter((cut) => !isChange(cut));
  const drawn = new Set([
    ...sample(
      others.filter(({ plan }) => plan === peerPlans['clean']),
      ofFirst,
      random,
    ),
    ...sample(
      others.filter(({ plan }) => plan !== peerPlans['clean']),
      ofOthers,
      random,
    ),
  ]);
  return cuts.filter((cut) => isChange(cut) || drawn.has(cut));
}
