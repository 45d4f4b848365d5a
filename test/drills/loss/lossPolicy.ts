import type { TimePolicy } from '../../../domain/time/policy.ts';
import { testPolicy } from '../../support/product.ts';

/**
 * Entities that are gone are missed within seconds. Back-off begins at a millisecond, so that the bound on failed
 * authentications, which scales with it, lets the longest pause between two proofs be eighteen seconds; nothing fails
 * for so long that it wants attention by time alone.
 */
export const lossPolicy: TimePolicy = {
  ...testPolicy,
  reconcileEvery: 1000,
  overdueAfter: 3000,
  reconcileOneEvery: 50,
  httpTotal: 2000,
  secretStore: 2000,
  // One peer answers each request after a second and a half: three of a reading, on a busy machine.
  requestStep: 10_000,
  repeatableStep: 10_000,
  retryInitial: 1,
  attentionAfter: 3_600_000,
};

const never = 3_600_000;

/** Nothing looks for entities that are gone: the drill must notice. */
export const withoutReconciler: TimePolicy = {
  ...lossPolicy,
  reconcileEvery: never,
  overdueAfter: never,
  reconcileOneEvery: never,
};
