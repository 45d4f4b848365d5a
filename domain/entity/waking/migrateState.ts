import { newPace } from '../../credential/pacing.ts';
import type { StoredState } from '../../ports/entityState.ts';
import { findCondition } from '../../registration/conditions.ts';
import { listedClients } from '../clients/known.ts';
import { type EntityState, type Hold, schemaVersion } from '../state.ts';
import { decisionRules } from './decisionRules.ts';

/** Members of version 2, which was never released, and of version 1, which travelled through continue-as-new only. */
type Before = Omit<
  EntityState,
  'rules' | 'rotationPace' | 'rotationObstacle' | 'setAside' | 'hold' | 'conflict' | 'suspended' | 'clients'
> & {
  readonly waitsForPerson?: boolean;
  readonly rotationAttempts?: number;
  readonly rotationNotBefore?: number | null;
};

/**
 * A state as an older release wrote it, in today's shape. Throws for one of a newer release: the workflow task fails, and
 * is left to a worker that knows it.
 */
export function migrateState(stored: StoredState): EntityState {
  if (stored.schemaVersion > schemaVersion)
    throw new Error(`This release reads states up to version ${schemaVersion}, not ${stored.schemaVersion}.`);
  if (stored.schemaVersion === schemaVersion) return stored as EntityState;
  const { rotationAttempts = 0, rotationNotBefore: _, waitsForPerson = false, ...before } = stored as unknown as Before;
  return {
    ...before,
    schemaVersion,
    rules: decisionRules,
    supply: before.supply ?? null,
    rotationPace: { ...newPace(0), failures: rotationAttempts },
    rotationObstacle: null,
    setAside: [],
    hold: waitsForPerson ? heldThen(before) : null,
    conflict: null,
    suspended: null,
    clients: listedClients({ ...before, clients: [] }),
    endpointsMoved: false,
  };
}

/** The reason was told as an attention only, and not since when. */
function heldThen({ attentions, conditions }: Before): Hold {
  const told = attentions.find(({ topic }) => topic === 'registration');
  const since = findCondition(conditions, 'NeedsAttention')?.lastTransitionTime;
  return { reason: told?.reason ?? 'OperationFailed', since: since === undefined ? 0 : Date.parse(since) };
}
