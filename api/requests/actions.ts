import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Asked, OperationKind } from '../../domain/operations/details.ts';
import { EntityError, type OperationRequest } from '../../domain/operations/request.ts';
import type { Role } from '../../domain/words.ts';
import { takeOfBulk } from '../callers/bulkLimit.ts';
import { type Attempt, once } from '../callers/idempotency.ts';
import { type ApiDependencies, type ApiLimits, limitsOf } from '../dependencies.ts';
import { callerOf } from '../plugins/authentication.ts';
import { registrationOf } from '../plugins/authorization.ts';
import { ProblemError } from '../problems/problem.ts';
import { acceptedOperation } from '../schemas/registration.ts';
import { holdNotReleased } from './holds.ts';
import { operate } from './operations.ts';

const params = z.object({ registrationId: z.string() });

/** What every action answers to, apart from its body. */
export function action(operationId: string, summary: string, role: Role) {
  return {
    operationId,
    summary,
    tag: 'Operations',
    access: { role, sees: 'registration' },
    params,
    idempotent: true,
    entity: true,
    answers: { 202: acceptedOperation },
  } as const;
}

/** What an action asks of the entity, and why its caller wants it. */
export type Wanted = { [Kind in OperationKind]: Asked<Kind> }[OperationKind] & {
  readonly reason?: string | undefined;
};

/** Undoes what was stored for an operation that was refused. */
export type TakeBack = () => Promise<void>;

/** Hands actions on one registration to its entity: accepted here, their outcome is an event. One per process. */
export class Actions {
  readonly #dependencies: ApiDependencies;
  readonly #limits: ApiLimits;

  constructor(dependencies: ApiDependencies) {
    this.#dependencies = dependencies;
    this.#limits = limitsOf(dependencies);
  }

  /**
   * Answers 202 once the entity took the operation; a problem says why it did not.
   *
   * @param before stores what the operation refers to, under its operation id, and says how that is taken back, as a
   * refused request changes nothing.
   */
  accept(
    request: FastifyRequest,
    reply: FastifyReply,
    wanted: Wanted,
    before: (attempt: Attempt, ifRefused: (takeBack: TakeBack) => void) => Promise<void> = async () => undefined,
  ): Promise<FastifyReply> {
    return once(this.#dependencies, request, reply, async (attempt) => {
      const registration = registrationOf(request);
      const giveBack = await this.#take(request, wanted.kind, attempt.operationId);
      let takeBack: TakeBack = async () => undefined;
      try {
        await before(attempt, (given) => {
          takeBack = given;
        });
        const operation: OperationRequest = {
          ...wanted,
          operationId: attempt.operationId,
          actor: callerOf(request).id,
        };
        const body = await operate(this.#dependencies, registration, operation);
        return { status: 202, body };
      } catch (error) {
        // What cannot be given or taken back stays as it is; the caller is told what went wrong.
        await giveBack().catch(() => undefined);
        if (!mayBeTaken(error)) await takeBack().catch(() => undefined);
        throw holdNotReleased(error, wanted.kind, registration) ?? error;
      }
    });
  }

  /** One of the caller's operations of this kind within the hour; many at once may be a mistake or a stolen key. */
  async #take(request: FastifyRequest, kind: OperationKind, operationId: string): Promise<() => Promise<void>> {
    const { records, clock, logger } = this.#dependencies;
    const principal = callerOf(request).id;
    try {
      return await takeOfBulk(
        { records, clock, limits: this.#limits },
        { operationId, kind, principal },
        registrationOf(request),
      );
    } catch (error) {
      if (error instanceof ProblemError && logger !== false)
        logger.warn('bulk-limit.reached', {
          requestId: request.id,
          keyId: callerOf(request).keyId,
          operationKind: kind,
        });
      throw error;
    }
  }
}

/** Where Temporal did not answer the entity may have the operation, and needs what was stored for it. */
function mayBeTaken(error: unknown): boolean {
  return error instanceof EntityError && error.code === 'unavailable';
}
