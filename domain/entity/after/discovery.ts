import type { Failure } from '../../ports/activities.ts';
import type { DiscoveryView } from '../../registration/view.ts';
import type { TimePolicy } from '../../time/policy.ts';
import { admit } from '../approval.ts';
import { delay } from '../backOff.ts';
import { type Applied, Draft } from '../draft.ts';
import { releaseHold } from '../holding.ts';
import type { EntityState, Operation } from '../state.ts';
import { rediscovered } from './rediscovered.ts';
import { charted } from './wayOn.ts';

/**
 * What follows from the documents that were read: at first, because somebody asked, or because it was time again. The
 * last leaves alone whatever else the entity waits for.
 */
export function afterDiscovery(before: EntityState, found: DiscoveryView, now: number): Applied {
  const asked = before.activeOperation?.kind === 'discover' ? before.activeOperation : null;
  const draft = new Draft(
    { ...before, activeOperation: asked === null ? before.activeOperation : null, discoveryRetryAt: null },
    now,
  );
  draft.set({ discoveredAt: now });
  if (asked !== null || before.phase === 'discovering') draft.succeeded();
  if (asked !== null) releaseHold(draft, asked.kind);
  draft.clearAttention('discovery');
  const admitted = admit(before, found);
  if (hasClient(before)) rediscovered(draft, before, admitted, asked?.operationId);
  else charted(draft, before, admitted, asked?.operationId);
  return draft.finish();
}

/** A shared client is there before it was proved here. */
function hasClient({ current, pending, config, phase }: EntityState): boolean {
  return current !== null || pending !== null || (config.holderRegistrationId !== null && phase !== 'discovering');
}

/** Milliseconds between two tries to read again what could not be read: a day where the usual time is a week. */
const retryShare = 1 / 7;

/** Discovery did not succeed: tried again, and a person told where it is not the network. */
export function afterDiscoveryFailure(before: EntityState, failure: Failure, now: number, policy: TimePolicy): Applied {
  const draft = new Draft(before, now);
  const asked = before.activeOperation?.kind === 'discover' ? before.activeOperation : null;
  if (before.phase !== 'discovering') {
    draft.set({
      activeOperation: asked === null ? before.activeOperation : null,
      discoveryRetryAt: now + Math.ceil(policy.discoveryInterval * retryShare),
    });
    if (asked !== null) refused(draft, asked, failure);
    // Nobody waits for the answer of what Registrar asked itself.
    if (failure.retryClass === 'input' && (asked === null || asked.actor === 'system')) told(draft, failure);
    return draft.finish();
  }
  draft.set({ activeOperation: asked === null ? before.activeOperation : null });
  draft.condition('Discovered', 'False', failure.reason, failure.message);
  if (failure.retryClass === 'input') draft.attention('discovery', failure.reason, failure.message);
  if (asked !== null) refused(draft, asked, failure);
  delay(draft, failure, now, policy);
  return draft.finish();
}

function refused(draft: Draft, { operationId }: Operation, { reason, message }: Failure): void {
  draft.event({ type: 'operation.refused', reason, message, operationId });
}

/** Documents that are gone from where they were; once, until they are there again. */
function told(draft: Draft, { reason, message }: Failure): void {
  if (draft.state.attentions.some((entry) => entry.topic === 'discovery' && entry.reason === reason)) return;
  draft.attention('discovery', reason, message);
  draft.event({ type: 'registration.attention', reason, message });
}
