import type { OperationKind } from '../../domain/operations/details.ts';
import type { BulkOperations } from '../../domain/ports/callers/bulkOperations.ts';
import type { RegistrationView } from '../../domain/registration/view.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { ApiLimits } from '../dependencies.ts';
import { ProblemError } from '../problems/problem.ts';

interface Counted {
  readonly limit: 'retirementsPerHour' | 'rotationsPerHour' | 'suppliesPerHour';
  readonly what: string;
  /** Whether an operation on this registration counts. */
  readonly counts: (registration: RegistrationView) => boolean;
}

const always = () => true;

/** Operations that damage much when there are many: by mistake, or with a stolen key (DESIGN section 7). */
const counted: Readonly<Partial<Record<OperationKind, Counted>>> = {
  retire: { limit: 'retirementsPerHour', what: 'retirements', counts: always },
  rotate: { limit: 'rotationsPerHour', what: 'forced rotations', counts: always },
  supplyCredential: {
    limit: 'suppliesPerHour',
    what: 'supplied credentials in the place of proved ones',
    counts: ({ credential }) => credential?.provedAt != null,
  },
};

/**
 * Takes one of the caller's operations of this kind within the hour, over all processes. The answer gives it back, for
 * an operation that did not happen. Rejects with `bulk-limit` and `Retry-After` when none is left.
 */
export async function takeOfBulk(
  { records, clock, limits }: { readonly records: BulkOperations; readonly clock: Clock; readonly limits: ApiLimits },
  operation: { readonly operationId: string; readonly kind: OperationKind; readonly principal: string },
  registration: RegistrationView,
): Promise<() => Promise<void>> {
  const { operationId, kind } = operation;
  const rule = counted[kind];
  if (rule === undefined || !rule.counts(registration)) return async () => undefined;
  const most = limits[rule.limit];
  const taken = await records.takeBulkOperation({ ...operation, most });
  if (taken.kind === 'spent') throw bulkLimit(rule.what, most, taken.nextAt - clock.now());
  return taken.kind === 'taken' ? () => records.giveBackBulkOperation(operationId) : async () => undefined;
}

function bulkLimit(what: string, most: number, wait: number): ProblemError {
  const seconds = Math.max(1, Math.ceil(wait / 1000));
  return new ProblemError(
    'bulk-limit',
    `More than ${most} ${what} within an hour by one caller are refused, as they may be a mistake. ` +
      `The next is possible in ${seconds} seconds.`,
    { headers: { 'retry-after': String(seconds) } },
  );
}
