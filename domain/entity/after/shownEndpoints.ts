import type { CredentialState } from '../../ports/activities.ts';
import { explain } from '../../reasons/index.ts';
import { type Applied, Draft } from '../draft.ts';
import type { EntityState } from '../state.ts';

/** The application's document shows the endpoints that are approved now. */
export function afterShownEndpoints(before: EntityState, shown: CredentialState, now: number): Applied {
  const draft = new Draft({ ...before, endpointsMoved: false }, now);
  const { current } = before;
  draft.succeeded();
  if (current === null || current.versionId === shown.versionId) return draft.finish();
  draft.set({ current: { ...current, versionId: shown.versionId } });
  const reason = 'EndpointsShown';
  draft.event({
    type: 'registration.metadata-changed',
    reason,
    message: explain(reason),
    changes: { versionId: { from: current.versionId, to: shown.versionId } },
  });
  return draft.finish();
}
