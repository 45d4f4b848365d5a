import { afterChangedPolicy } from '../../credential/pacing.ts';
import type { Woken } from '../../ports/entityState.ts';
import { explain } from '../../reasons/index.ts';
import type { RegistrationConfig } from '../../registration/config.ts';
import { isSameJson } from '../../text/sameJson.ts';
import { type Applied, Draft } from '../draft.ts';
import { tellRotationAnew } from '../rotation/told.ts';
import { type EntityState, initialState, type Operation } from '../state.ts';
import { keptTimes } from '../times.ts';
import { migrateState } from './migrateState.ts';
import { keepingOperations, withOperations } from './openOperations.ts';

/** What the entity is when it wakes. */
export interface Waking {
  /** This chain of runs. */
  readonly chain: string;
  /** What the entity carried or had decided so far; null = it begins. */
  readonly held: EntityState | null;
  /** Decided on that sequence and not recorded; null = all is recorded. */
  readonly unrecordedAfter: number | null;
  /** The records have refused what it was about to write. */
  readonly conflict: boolean;
  /** Operations that came before there was a state. */
  readonly early: readonly Operation[];
}

export interface Awake {
  readonly applied: Applied;
  /** What was decided and not recorded counts: it is to be recorded now. */
  readonly keepsUnrecorded: boolean;
}

/** The state that an entity goes on from: the recorded one counts, whatever it carried. Pure. */
export function awaken(woken: Woken, waking: Waking, now: number): Awake {
  const { held, unrecordedAfter } = waking;
  const { recorded } = woken;
  const operations = [...woken.operations.map(asOperation), ...waking.early];
  const told = { rules: woken.rules, ...keptTimes(woken.policy) };
  const conflict = waking.conflict || (held !== null && isForeign(recorded, held, waking));
  if (held !== null && !conflict && unrecordedAfter === recorded.sequence) {
    const state = withOperations({ ...held, ...told }, operations);
    return { applied: { state, transitions: [] }, keepsUnrecorded: true };
  }
  const written = recorded.state === null ? fromView(woken) : migrateState(recorded.state);
  const kept = held === null ? written : keepingOperations(written, held);
  const state = withOperations({ ...kept, ...told }, operations);
  const applied = follow(state, woken.config, now);
  return { applied: conflict ? tellOfConflict(applied, now) : applied, keepsUnrecorded: false };
}

/** Whether others wrote since, or the records are older than what this entity has recorded. */
function isForeign({ chain, sequence }: Woken['recorded'], held: EntityState, waking: Waking): boolean {
  return (chain !== null && chain !== waking.chain) || sequence < (waking.unrecordedAfter ?? held.sequence);
}

function fromView({ config, recorded, initialAccessTokenRef, unsettled }: Woken): EntityState {
  const { view, sequence } = recorded;
  return initialState({ config, view, sequence, unsettled, initialAccessTokenRef });
}

function asOperation(request: Woken['operations'][number]): Operation {
  return { ...request, reason: request.reason ?? null };
}

/**
 * Policies of the application and of the registration follow the newest whenever the entity wakes. A changed rotation
 * policy resets the back-off (DESIGN section 6).
 */
function follow(before: EntityState, newest: RegistrationConfig, now: number): Applied {
  if (before.phase === 'retired' || before.phase === 'retiring') return { state: before, transitions: [] };
  const { method, holderRegistrationId, rotationPolicy } = before.config;
  const config = { ...newest, method, holderRegistrationId };
  const draft = new Draft({ ...before, config }, now);
  if (isSameJson(rotationPolicy, newest.rotationPolicy)) return draft.finish();
  followRotationPolicy(draft);
  draft.event({
    type: 'registration.metadata-changed',
    reason: 'PoliciesFollowed',
    message: explain('PoliciesFollowed'),
    changes: { rotationPolicy: { from: rotationPolicy, to: newest.rotationPolicy } },
  });
  return draft.finish();
}

/** Another rotation policy holds than before: failed rotations count from none, the ceiling stays, and what is wrong with it is told. */
export function followRotationPolicy(draft: Draft): void {
  draft.set({ rotationPace: afterChangedPolicy(draft.state.rotationPace), rotationObstacle: null });
  draft.clearAttention('pace');
  tellRotationAnew(draft);
}

/**
 * Others wrote what this entity was about to write: it is not the only one, or Temporal's data are older or newer than
 * the database. The records win, and a person is told, until the credential is proved again.
 */
function tellOfConflict({ state, transitions }: Applied, now: number): Applied {
  if (state.phase === 'retired') return { state, transitions };
  const draft = new Draft(state, now);
  const reason = 'RecordsConflict';
  draft.attention('credential', reason);
  draft.event({ type: 'registration.attention', reason, message: explain(reason) });
  const told = draft.finish();
  return {
    state: told.state,
    transitions: [...transitions.map((one) => ({ ...one, view: null })), ...told.transitions],
  };
}
