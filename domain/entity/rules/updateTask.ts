import type { Task, TaskChange } from '../../people/tasks/task.ts';
import { explain } from '../../reasons/index.ts';
import { findCondition } from '../../registration/conditions.ts';
import type { Draft } from '../draft.ts';
import type { Operation } from '../state.ts';
import { closeTask } from '../task.ts';
import { accepted, type Rule } from './rule.ts';

/** What a person notes of a task. Progress moves the phase of a registration that waits for nothing else. */
export const updateTask: Rule<'updateTask'> = {
  refusal({ task }, { details }) {
    if (task === null) return 'No task of a person is open at this registration.';
    if (details === undefined) return null;
    const { submittedAt, verifiedAt, state = task.state } = details;
    if (state === 'open' && (submittedAt !== undefined || verifiedAt !== undefined))
      return 'An open task has no submittedAt and no verifiedAt; give the state "submitted" or "verified" with them.';
    if (state === 'submitted' && verifiedAt !== undefined)
      return 'A task that was not verified has no verifiedAt; give the state "verified" with it.';
    const begun = submittedAt ?? task.submittedAt;
    return begun !== null && verifiedAt !== undefined && verifiedAt < begun
      ? 'verifiedAt must not be before submittedAt.'
      : null;
  },

  begin(draft, operation) {
    const { task } = draft.state;
    const { details } = operation;
    if (task === null || details === undefined) return;
    const changed = changedBy(task, details, draft.now);
    const from = task.state;
    const to = changed.state;
    draft.set({ task: changed });
    if (changed.kind === 'metadata' && to === 'verified') {
      changedByHand(draft, operation, changed);
      return;
    }
    if (from !== to) progress(draft, changed);
    draft.event({
      ...accepted(operation, messageOf(task, changed)),
      type: 'task.changed',
      changes: from === to ? undefined : { state: { from, to } },
    });
  },
};

/** The time of a state that comes without one is now; a state that is taken back takes its time along. */
function changedBy(task: Task, { vendor, ...change }: TaskChange, now: number): Task {
  const next = { ...task, ...change, vendor, toldUntil: now };
  if (next.state === 'open') return { ...next, submittedAt: null, verifiedAt: null };
  const submittedAt = next.submittedAt ?? next.verifiedAt ?? now;
  if (next.state === 'submitted') return { ...next, submittedAt, verifiedAt: null };
  return { ...next, submittedAt, verifiedAt: next.verifiedAt ?? Math.max(now, submittedAt) };
}

function progress(draft: Draft, { kind, state }: Task): void {
  draft.clearAttention('task');
  const { phase } = draft.state;
  if (kind !== 'registration' || (phase !== 'manual_required' && phase !== 'submitted')) return;
  draft.set({ phase: state === 'open' ? 'manual_required' : 'submitted' });
  if (state !== 'open') {
    draft.clearAttention('registration');
    return;
  }
  const registered = findCondition(draft.state.conditions, 'Registered');
  draft.attention('registration', registered?.reason ?? 'ManualMethod', registered?.message);
}

/** Nobody but the person can see it: the client has the metadata from now on. */
function changedByHand(draft: Draft, operation: Operation<'updateTask'>, { change }: Task): void {
  const { appliedRevision, config } = draft.state;
  draft.clearAttention('metadata');
  closeTask(draft);
  if (change === undefined) return;
  const { revision, ownRevision, members } = change;
  draft.set({
    appliedRevision: revision,
    appliedOwnRevision: ownRevision,
    config: { ...config, revision, ownRevision },
  });
  const reason = 'MetadataAppliedByHand';
  draft.event({
    ...accepted(operation, `${explain(reason)} Changed: ${members.join(', ')}.`),
    type: 'registration.metadata-changed',
    reason,
    changes: {
      ...(appliedRevision === revision ? {} : { appliedRevision: { from: appliedRevision, to: revision } }),
      members: { from: null, to: [...members] },
    },
  });
}

function messageOf(before: Task, { state, owner, reference, note }: Task): string {
  const what =
    before.state === state ? 'The task was changed.' : `The task is ${state === 'open' ? 'open again' : state}.`;
  const parts = [
    what,
    owner !== before.owner && owner !== null ? `Owner: ${owner}.` : '',
    reference !== before.reference && reference !== null ? `Reference: ${reference}.` : '',
    note !== before.note && note !== null ? `Note: ${note}` : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}
