import type { Reason } from '../reasons/index.ts';
import type { ConditionType } from '../words.ts';

export type ConditionStatus = 'True' | 'False' | 'Unknown';

/** A statement about a registration, shaped as in Kubernetes. */
export interface Condition {
  readonly type: ConditionType;
  readonly status: ConditionStatus;
  readonly reason: Reason;
  readonly message: string;
  /** RFC 3339 UTC; moves only when `status` changes. */
  readonly lastTransitionTime: string;
}

/**
 * Replaces the condition of the same type. `lastTransitionTime` is kept while the status stays the same,
 * as operators read it as "since when".
 */
export function setCondition(
  conditions: readonly Condition[],
  next: Omit<Condition, 'lastTransitionTime'>,
  at: string,
): Condition[] {
  const before = conditions.find((condition) => condition.type === next.type);
  const lastTransitionTime = before?.status === next.status ? before.lastTransitionTime : at;
  const others = conditions.filter((condition) => condition.type !== next.type);
  return [...others, { ...next, lastTransitionTime }];
}

/** The condition of one type, or undefined. */
export function findCondition(conditions: readonly Condition[], type: ConditionType): Condition | undefined {
  return conditions.find((condition) => condition.type === type);
}
