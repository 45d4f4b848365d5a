import { defaultTimePolicy, type TimePolicy } from '../../../domain/time/policy.ts';

/**
 * Short, and in the proportions of the default policy: a step outlives its requests, so that settlement starts after
 * them. A held request must be reached and the product killed within `httpTotal`.
 */
export const killPolicy: TimePolicy = {
  ...defaultTimePolicy,
  httpTotal: 5000,
  keepAnswer: 2000,
  collectInterval: 500,
  secretStore: 5000,
  requestStep: 11_000,
  repeatableStep: 11_000,
  workflowTask: 2000,
  retryInitial: 100,
  retryMaximum: 1000,
  replicationLag: 1000,
  // A rotation whose answer was lost goes on at the pace of rotation: hours for an hour's or a quarter's secret.
  paceFloorMost: 1000,
  paceStep: 1000,
  bucketRefill: 1000,
};
