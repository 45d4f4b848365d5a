import { type ChoreIntervals, defaultChoreIntervals } from './chores.ts';
import { defaultPaceTimes, type PaceTimes } from './pace.ts';

/**
 * Every timeout and back-off of the product in one object, in milliseconds, so that tests can scale them together.
 * It comes with the release: an entity is told it whenever it wakes.
 */
export interface TimePolicy extends ChoreIntervals, PaceTimes {
  /** One request to a health system, connect to last byte. */
  readonly httpTotal: number;
  /** Putting an answer into the database; then it is spooled. */
  readonly keepAnswer: number;
  /** Between two rounds in which each instance brings its spooled answers to the database. */
  readonly collectInterval: number;
  /** One call to the secret store with its retries. */
  readonly secretStore: number;
  /**
   * Start-to-close of a step that sends what cannot be repeated; exceeds `httpTotal` plus `secretStore`. What is left
   * of it is for the proof. A step that a crash cut short is settled after it.
   */
  readonly requestStep: number;
  /** Start-to-close of a repeatable step. */
  readonly repeatableStep: number;
  /** One decision of an entity; also how long one waits for the process that decided last. Lower it to get on sooner after a crash, raise it where workers are overloaded. */
  readonly workflowTask: number;
  /** First back-off of a failed step; doubles. */
  readonly retryInitial: number;
  readonly retryMaximum: number;
  /** A step that fails for this long needs attention, and goes on. */
  readonly attentionAfter: number;
  /** How long a rejection of a new credential may be replication lag. */
  readonly replicationLag: number;
  /** How long a vendor may take to distribute a credential that a person supplies, where nothing nearer is known. */
  readonly distributionTime: number;
  /** Between two proofs of a current credential. */
  readonly proofInterval: number;
  /** Between two readings of the discovery documents that nobody asked for; minus a stable jitter of up to a tenth. */
  readonly discoveryInterval: number;
  /** Age from which what is known of a client's metadata is read again before it is sent. */
  readonly metadataAge: number;
  /** Longest sleep of an entity before it parks (continues as new), minus a stable jitter of up to a third. */
  readonly restFor: number;
  /** First wait after the records could not be written or read; doubles. */
  readonly recordsRetry: number;
  readonly recordsRetryMaximum: number;
  /** First reminder of a task after this long without progress, further ones after every `remindEvery`. */
  readonly remindAfter: number;
  readonly remindEvery: number;
  /** A task without progress for this long is escalated. */
  readonly escalateAfter: number;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export const defaultTimePolicy: TimePolicy = {
  httpTotal: 25 * second,
  keepAnswer: 5 * second,
  collectInterval: 30 * second,
  secretStore: 20 * second,
  requestStep: 60 * second,
  repeatableStep: 60 * second,
  workflowTask: 10 * second,
  retryInitial: 5 * second,
  retryMaximum: hour,
  attentionAfter: hour,
  replicationLag: 3 * minute,
  // Epic: up to 48 hours.
  distributionTime: 2 * day,
  proofInterval: day,
  discoveryInterval: 7 * day,
  metadataAge: 30 * day,
  restFor: 15 * minute,
  recordsRetry: minute,
  recordsRetryMaximum: 10 * minute,
  remindAfter: 3 * day,
  remindEvery: 7 * day,
  escalateAfter: 14 * day,
  ...defaultPaceTimes,
  ...defaultChoreIntervals,
};
