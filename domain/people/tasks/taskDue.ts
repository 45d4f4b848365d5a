import type { CredentialState } from '../../ports/activities.ts';
import type { RegistrationConfig } from '../../registration/config.ts';
import type { TimePolicy } from '../../time/policy.ts';
import { type StatutoryClock, statutoryClocks } from '../deadlines/statutoryClocks.ts';
import {
  type TaskDeadlinePolicy,
  type TaskDeadlines,
  type TaskReadings,
  taskDeadlines,
} from '../deadlines/taskDeadlines.ts';
import type { Task } from './task.ts';

const day = 86_400_000;

/** What the deadlines of a task depend on beside it. */
export interface TaskContext {
  readonly config: Pick<RegistrationConfig, 'environmentClass'>;
  /** What a rotation must come before the end of. */
  readonly current: Pick<CredentialState, 'expiresAt'> | null;
}

/** What the deadlines of a task are read from. */
function readingsOf(task: Task, { config }: TaskContext, now: number): TaskReadings {
  return {
    since: task.since,
    // Who rotates asks for nothing that the rule speaks of.
    certified: task.kind === 'registration' ? (task.vendor?.certified ?? 'unknown') : 'no',
    developer: task.vendor?.developer ?? null,
    expectedWait: task.state === 'open' ? null : (task.vendor?.expectedWait ?? null),
    environmentClass: config.environmentClass,
    submittedAt: task.submittedAt,
    verifiedAt: task.verifiedAt,
    enabledAt: null,
    now,
  };
}

/** The clocks of 45 CFR 170.404(b)(1) as of `now`. */
export function clocksOf(task: Task, context: TaskContext, now: number): StatutoryClock[] {
  return statutoryClocks(readingsOf(task, context, now));
}

/** What is due when, after `now`. */
export function deadlinesOf(task: Task, context: TaskContext, now: number, policy: TimePolicy): TaskDeadlines {
  const due = taskDeadlines(readingsOf(task, context, now), policyOf(policy));
  const expiresAt = context.current?.expiresAt ?? null;
  if (task.kind === 'registration' || expiresAt === null || due.escalationAt === null) return due;
  // Half of what is left to do it in is lost then: the one who is on call still has the other half.
  const escalationAt = Math.min(due.escalationAt, task.since + Math.max(0, expiresAt - task.since) / 2);
  const moments = [due.nextAt, escalationAt].filter((at) => at !== null).filter((at) => at > now);
  return { ...due, escalationAt, nextAt: moments.length === 0 ? null : Math.min(...moments) };
}

/** What became due after the last time that was told of, up to now. */
export interface Passed {
  readonly reminder: boolean;
  readonly escalation: boolean;
  readonly missed: readonly StatutoryClock[];
}

/** What passed since the task was last told of. */
export function passedSince(task: Task, context: TaskContext, now: number, policy: TimePolicy): Passed {
  const then = deadlinesOf(task, context, task.toldUntil, policy);
  const current = deadlinesOf(task, context, now, policy);
  const isNew = (at: number | null) => at !== null && at > task.toldUntil && at <= now;
  return {
    reminder: isNew(then.nextReminderAt),
    escalation: isNew(current.escalationAt),
    missed: current.statutory.filter(({ state, dueAt }) => state === 'missed' && isNew(dueAt)),
  };
}

/** Business days mean nothing to a policy whose days are seconds. */
function policyOf({ remindAfter, remindEvery, escalateAfter }: TimePolicy): TaskDeadlinePolicy {
  return { remindAfter, remindEvery, escalateAfter, onBusinessDays: remindAfter >= day };
}
