import { easternDayOf, easternTimeOf } from './easternTime.ts';
import { addBusinessDays, isBusinessDay } from './federalHolidays.ts';
import { type ClockReadings, type StatutoryClock, statutoryClocks } from './statutoryClocks.ts';

/** When a person is reminded of a task, and when it is escalated. Milliseconds. */
export interface TaskDeadlinePolicy {
  /** First reminder after this long without progress. */
  readonly remindAfter: number;
  /** Every further one after this long. */
  readonly remindEvery: number;
  /** Escalation after this long without progress, when neither an expected wait nor a deadline says otherwise. */
  readonly escalateAfter: number;
  /** Moves what would fall on a day without business to 9:00 US Eastern time of the next business day; false in scaled tests. */
  readonly onBusinessDays: boolean;
}

/** A task of a person as its deadlines see it. Times in milliseconds since the epoch, UTC. */
export interface TaskReadings extends ClockReadings {
  /** When the task came up. */
  readonly since: number;
  /** What the playbook says that the present step takes, in milliseconds; null = not known. */
  readonly expectedWait: number | null;
}

export interface TaskDeadlines {
  /** The next reminder after `now`; null when the task is done. */
  readonly nextReminderAt: number | null;
  /** When somebody higher up should hear of it, in the past when that was missed; null when the task is done. */
  readonly escalationAt: number | null;
  readonly statutory: readonly StatutoryClock[];
  /** The next of all these moments after `now`, for a timer; null when none comes. */
  readonly nextAt: number | null;
}

/**
 * What is due when for a task. Progress (handed in, verified) starts reminders and escalation anew; a running clock of
 * 45 CFR 170.404(b)(1) that surely applies brings the escalation forward to its end, never back.
 */
export function taskDeadlines(task: TaskReadings, policy: TaskDeadlinePolicy): TaskDeadlines {
  const { now, enabledAt, expectedWait } = task;
  const statutory = statutoryClocks(task);
  if (enabledAt !== null) return { nextReminderAt: null, escalationAt: null, statutory, nextAt: null };
  const progressAt = Math.max(task.since, task.submittedAt ?? task.since, task.verifiedAt ?? task.since);
  // Nobody is reminded of what cannot be ready yet.
  const nextReminderAt = nextReminder(progressAt + Math.max(policy.remindAfter, expectedWait ?? 0), policy, now);
  const open = statutory.filter(({ doneAt }) => doneAt === null);
  const owed = open.filter(({ applies }) => applies === 'yes').map(({ dueAt }) => dueAt);
  const ownEscalation = shifted(progressAt + Math.max(policy.escalateAfter, expectedWait ?? 0), policy);
  const escalationAt = Math.min(ownEscalation, ...owed.filter((at) => at !== null));
  const moments = [nextReminderAt, escalationAt, ...open.map(({ dueAt }) => dueAt)];
  const nextAt = Math.min(...moments.filter((at) => at !== null).filter((at) => at > now));
  return { nextReminderAt, escalationAt, statutory, nextAt };
}

function nextReminder(first: number, policy: TaskDeadlinePolicy, now: number): number {
  const { remindEvery } = policy;
  const passed = Math.max(0, Math.floor((now - first) / remindEvery));
  // The one before may have been moved past `now`.
  const near = [passed - 1, passed, passed + 1].filter((count) => count >= 0);
  // What is moved to 9:00 may be overtaken by one that falls on that day before it.
  const onThatDay = near.map((count) => first + count * remindEvery).map((at) => opening(at, policy));
  const overtaking = onThatDay.map((at) => Math.max(0, Math.ceil((at - first) / remindEvery)));
  const times = [...near, ...overtaking].map((count) => shifted(first + count * remindEvery, policy));
  return Math.min(...times.filter((at) => at > now));
}

function shifted(at: number, { onBusinessDays }: TaskDeadlinePolicy): number {
  const on = easternDayOf(at);
  return !onBusinessDays || isBusinessDay(on) ? at : easternTimeOf(addBusinessDays(on, 1), 9);
}

/** When the day begins on which something may be told: the time itself, or the next business day. */
function opening(at: number, { onBusinessDays }: TaskDeadlinePolicy): number {
  const on = easternDayOf(at);
  return !onBusinessDays || isBusinessDay(on) ? at : easternTimeOf(addBusinessDays(on, 1), 0);
}
