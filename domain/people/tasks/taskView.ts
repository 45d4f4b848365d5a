import type { TaskView } from '../../registration/view.ts';
import { rfc3339OrNull, toRfc3339 } from '../../time/clock.ts';
import type { Task } from './task.ts';
import { clocksOf, type TaskContext } from './taskDue.ts';

/** The task as people see it; its statutory clocks as of `now`. */
export function taskViewOf(task: Task, context: TaskContext, now: number): TaskView {
  return {
    ...task,
    since: toRfc3339(task.since),
    submittedAt: rfc3339OrNull(task.submittedAt),
    verifiedAt: rfc3339OrNull(task.verifiedAt),
    toldUntil: toRfc3339(task.toldUntil),
    clocks: clocksOf(task, context, now).map(({ startedAt, doneAt, dueAt, ...clock }) => ({
      ...clock,
      startedAt: rfc3339OrNull(startedAt),
      doneAt: rfc3339OrNull(doneAt),
      dueAt: rfc3339OrNull(dueAt),
    })),
  };
}

/** {@link taskViewOf} backwards. */
export function taskOf({ clocks: _, ...view }: TaskView): Task {
  const time = (at: string | null) => (at === null ? null : Date.parse(at));
  return {
    ...view,
    since: Date.parse(view.since),
    submittedAt: time(view.submittedAt),
    verifiedAt: time(view.verifiedAt),
    toldUntil: Date.parse(view.toldUntil),
  };
}
