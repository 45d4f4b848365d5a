import { EntityError, type OperationKind } from '../../domain/operations/request.ts';
import { releaseObstacle, type releases } from '../../domain/registration/hold.ts';
import type { RegistrationView } from '../../domain/registration/view.ts';
import { ProblemError } from '../problems/problem.ts';

/** Operations that do nothing else than release a hold. */
const releasing = ['retry', 'acceptCurrent', 'overwrite'] as const satisfies readonly (typeof releases)[number][];

/**
 * What an entity's refusal means where the operation was to release a hold: that this hold is not released so, with what
 * does; null for any other error. The entity judges, not the view: an operation that came before goes on being known.
 */
export function holdNotReleased(
  error: unknown,
  kind: OperationKind,
  { hold }: Pick<RegistrationView, 'hold'>,
): ProblemError | null {
  const operation = releasing.find((each) => each === kind);
  if (operation === undefined || !(error instanceof EntityError) || error.code !== 'refused') return null;
  const obstacle = releaseObstacle(hold ?? null, operation);
  if (obstacle === null) return null;
  return new ProblemError('hold-not-released', obstacle, {
    reason: hold?.reason ?? 'OperationNotPossible',
    releasedBy: hold?.releasedBy ?? [],
  });
}
