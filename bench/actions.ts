/** An event of a workflow's history, as far as it is counted. */
export interface HistoryEvent {
  readonly eventType: string;
  /** Of commands: the workflow task that asked for them, over all runs. */
  readonly workflowTask: string | null;
  /** Of markers: their name. */
  readonly marker: string | null;
}

/** What Temporal Cloud bills each of these events as one action for. */
const billed: ReadonlySet<string> = new Set([
  'WORKFLOW_EXECUTION_STARTED',
  'TIMER_STARTED',
  'ACTIVITY_TASK_SCHEDULED',
  'WORKFLOW_EXECUTION_SIGNALED',
  'WORKFLOW_EXECUTION_UPDATE_ACCEPTED',
  'UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
  'START_CHILD_WORKFLOW_EXECUTION_INITIATED',
  'SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED',
]);

const localActivity = 'core_local_activity';

/**
 * Billable actions of some events: https://docs.temporal.io/cloud/actions. All local activities of one workflow task are one
 * action; each other marker is one. A run that continues as new is the start of the next one. No activity is retried by
 * the server, and an onboarding is over before its first heartbeat, which a history would not show.
 */
export function actionsOf(events: readonly HistoryEvent[]): number {
  const markers = events.filter(({ eventType }) => eventType === 'MARKER_RECORDED');
  const local = markers.filter(({ marker }) => marker === localActivity);
  const tasks = new Set(local.map(({ workflowTask }) => workflowTask));
  return events.filter(({ eventType }) => billed.has(eventType)).length + tasks.size + markers.length - local.length;
}
