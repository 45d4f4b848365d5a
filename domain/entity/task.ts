import type { Task, TaskKind, TaskMetadata } from '../people/tasks/task.ts';
import { deadlinesOf, type Passed, passedSince } from '../people/tasks/taskDue.ts';
import { explain } from '../reasons/index.ts';
import type { TimePolicy } from '../time/policy.ts';
import { type Applied, Draft } from './draft.ts';
import type { EntityState } from './state.ts';

/** Opens a task, unless one of its kind is open already. */
export function openTask(draft: Draft, kind: Exclude<TaskKind, 'metadata'>): void {
  if (draft.state.task?.kind !== kind) open(draft, kind);
}

/** Opens, or changes, the task to change the client's metadata; what a credential waits for goes before it. */
export function openMetadataTask(draft: Draft, change: TaskMetadata): void {
  const { task } = draft.state;
  if (task === null) open(draft, 'metadata');
  if (draft.state.task?.kind === 'metadata') draft.set({ task: { ...draft.state.task, change } });
}

/** The client has the metadata that a person was to bring it to, or others are wanted. */
export function closeMetadataTask(draft: Draft): void {
  if (draft.state.task?.kind === 'metadata') closeTask(draft);
}

function open(draft: Draft, kind: TaskKind): void {
  draft.set({
    task: {
      kind,
      state: 'open',
      since: draft.now,
      owner: null,
      reference: null,
      submittedAt: null,
      verifiedAt: null,
      note: null,
      vendor: null,
      toldUntil: draft.now,
    },
  });
}

/** What the person was to bring about has come. */
export function closeTask(draft: Draft): void {
  draft.set({ task: null });
  draft.clearAttention('task');
}

/** When somebody is to be told of the task next (milliseconds since the epoch); null = there is none. */
export function nextTaskMoment(state: EntityState, policy: TimePolicy): number | null {
  return state.task === null ? null : deadlinesOf(state.task, state, state.task.toldUntil, policy).nextAt;
}

/** Tells what passed: a reminder, the escalation, or a deadline that others owed. */
export function tellOfTask(before: EntityState, now: number, policy: TimePolicy): Applied {
  const draft = new Draft(before, now);
  const { task } = before;
  if (task === null) return draft.finish();
  const passed = passedSince(task, before, now, policy);
  draft.set({ task: { ...task, toldUntil: now } });
  tell(draft, task, passed, now);
  return draft.finish();
}

function tell(draft: Draft, task: Task, { reminder, escalation, missed }: Passed, now: number): void {
  for (const { citation, owedBy, applies, dueOn } of missed) {
    const who = owedBy ?? 'the developer of the certified technology';
    const condition = applies === 'yes' ? '' : ' if its technology is certified, which is not known';
    const message = `${citation}: ${who} owed this by ${dueOn ?? 'then'}${condition}.`;
    if (applies === 'yes') draft.attention('task', 'TaskDeadlineMissed', `${explain('TaskDeadlineMissed')} ${message}`);
    draft.event({ type: 'task.deadline-missed', reason: 'TaskDeadlineMissed', message });
  }
  const reason = escalation ? 'TaskEscalated' : 'TaskReminder';
  const message = `${explain(reason)} ${waiting(task, now)}`;
  if (!escalation && !reminder) return;
  // A reminder does not take the place of what is worse.
  const worse = draft.state.attentions.some((entry) => entry.topic === 'task' && entry.reason !== 'TaskReminder');
  if (escalation || !worse) draft.attention('task', reason, message);
  draft.event({ type: escalation ? 'task.escalated' : 'task.reminder', reason, message });
}

const day = 86_400_000;

function waiting({ state, since, submittedAt, verifiedAt, owner, reference }: Task, now: number): string {
  const from = verifiedAt ?? submittedAt ?? since;
  const days = Math.floor((now - from) / day);
  const what = { open: 'Open', submitted: 'Submitted', verified: 'Verified' }[state];
  const whose = owner === null ? 'nobody is named' : `with ${owner}`;
  const ticket = reference === null ? '' : `, reference ${reference}`;
  return `${what} for ${days} ${days === 1 ? 'day' : 'days'}, ${whose}${ticket}.`;
}
