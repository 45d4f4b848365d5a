import type { StoredState } from '../../ports/entityState.ts';
import { type EntityState, schemaVersion } from '../state.ts';
import { decisionRules } from './decisionRules.ts';

/**
 * A state as an older release wrote it, in today's shape. Throws for one of a newer release: the workflow task fails, and
 * is left to a worker that knows it.
 */
export function migrateState(stored: StoredState): EntityState {
  if (stored.schemaVersion > schemaVersion)
    throw new Error(`This release reads states up to version ${schemaVersion}, not ${stored.schemaVersion}.`);
  if (stored.schemaVersion === schemaVersion) return stored as EntityState;
  // Version 1 travelled through continue-as-new only.
  const before = stored as unknown as Omit<EntityState, 'rules'>;
  return { ...before, schemaVersion, rules: decisionRules, supply: before.supply ?? null };
}
