import type { CutPlan, PlannedCut } from './peerCuts.ts';
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

/** Of the cut points that lives after the first one have, every twelfth is enough each time. */
const share = 12;

/** Every cut point of the first life; of the others every request that changes something at the server, and a share. */
export function sampled(cuts: readonly PlannedCut[]): PlannedCut[] {
  return cuts.filter(
    ({ plan, cut }, index) =>
      plan === peerPlans['clean'] ||
      /^authorization-server (?:POST|PUT|DELETE) /.test(cut.label) ||
      index % share === 0,
  );
}
