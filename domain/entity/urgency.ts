import type { WorkClass } from '../servers/budget.ts';
import { type StepPriority, stepPriority, workClassOf } from '../servers/workPriority.ts';
import { readWebUrl } from '../text/webUrl.ts';
import type { EntityState } from './state.ts';

/** How urgent the next step of an entity is, at a time (milliseconds since the epoch). */
export function urgencyOf(
  state: EntityState,
  now: number,
): { readonly workClass: WorkClass; readonly priority: StepPriority } {
  const { phase, current, activeOperation, rotation, supply, currentRejected: rejected } = state;
  const asked = [activeOperation, rotation, supply].some((one) => one !== null && one.actor !== 'system');
  const ends = [current?.expiresAt, current?.clientExpiresAt].filter((end) => end != null);
  const workClass = workClassOf(
    {
      phase,
      asked,
      issuedAt: current?.issuedAt ?? null,
      endsAt: ends.length === 0 ? null : Math.min(...ends),
      rejected,
    },
    now,
  );
  const url = state.discovery?.tokenEndpoint ?? state.config.fhirBaseUrl;
  return { workClass, priority: stepPriority(workClass, readWebUrl(url)?.host ?? url) };
}
