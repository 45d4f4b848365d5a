import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Asked, OperationKind } from '../../domain/operations/details.ts';
import type { OperationRequest } from '../../domain/operations/request.ts';
import type { Role } from '../../domain/words.ts';
import { BulkLimit } from '../callers/bulkLimit.ts';
import { type Attempt, once } from '../callers/idempotency.ts';
import { type ApiDependencies, limitsOf } from '../dependencies.ts';
import { callerOf } from '../plugins/authentication.ts';
import { registrationOf } from '../plugins/authorization.ts';
import { ProblemError } from '../problems/problem.ts';
import { acceptedOperation } from '../schemas/registration.ts';
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

/** Hands actions on one registration to its entity: accepted here, their outcome is an event. One per process. */
export class Actions {
  readonly #dependencies: ApiDependencies;
  readonly #bulk: Partial<Record<OperationKind, BulkLimit>>;

  constructor(dependencies: ApiDependencies) {
    const { clock } = dependencies;
    const limits = limitsOf(dependencies);
    this.#dependencies = dependencies;
    this.#bulk = {
      rotate: new BulkLimit(clock, limits.rotationsPerHour, 'forced rotations'),
      retire: new BulkLimit(clock, limits.retirementsPerHour, 'retirements'),
    };
  }

  /**
   * Answers 202 once the entity took the operation; a problem says why it did not.
   *
   * @param before stores what the operation refers to, under its operation id.
   */
  accept(
    request: FastifyRequest,
    reply: FastifyReply,
    wanted: Wanted,
    before: (attempt: Attempt) => Promise<void> = async () => undefined,
  ): Promise<FastifyReply> {
    return once(this.#dependencies, request, reply, async (attempt) => {
      const giveBack = this.#take(request, wanted.kind);
      try {
        await before(attempt);
        const operation: OperationRequest = {
          ...wanted,
          operationId: attempt.operationId,
          actor: callerOf(request).id,
        };
        const body = await operate(this.#dependencies, registrationOf(request), operation);
        return { status: 202, body };
      } catch (error) {
        giveBack();
        throw error;
      }
    });
  }

  /** One of the caller's operations of this kind within the hour; many at once may be a mistake or a stolen key. */
  #take(request: FastifyRequest, kind: OperationKind): () => void {
    const { logger } = this.#dependencies;
    try {
      return this.#bulk[kind]?.take(callerOf(request).id) ?? (() => undefined);
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
