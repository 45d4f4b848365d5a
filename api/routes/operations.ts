import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { OperationKind } from '../../domain/operations.ts';
import type { Role } from '../../domain/words.ts';
import { BulkLimit } from '../bulkLimit.ts';
import { type ApiDependencies, limitsOf } from '../dependencies.ts';
import { type Attempt, once } from '../idempotency.ts';
import { operate } from '../operations.ts';
import { callerOf } from '../plugins/authentication.ts';
import { registrationOf } from '../plugins/authorization.ts';
import { ProblemError } from '../problem.ts';
import { reasonBody } from '../schemas/common.ts';
import { contract } from '../schemas/contract.ts';
import { acceptedOperation } from '../schemas/registration.ts';
import { tokenText } from '../schemas/tenant.ts';

const params = z.object({ registrationId: z.string() });

/** What every action answers to, apart from its body. */
function action(operationId: string, summary: string, role: Role) {
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

/** Actions on one registration: accepted here, carried out by its entity, their outcome is an event. */
export const operationRoutes: FastifyPluginAsyncZod<{ dependencies: ApiDependencies }> = async (
  app,
  { dependencies },
) => {
  const { clock, logger, putEnteringSecret } = dependencies;
  const limits = limitsOf(dependencies);
  const bulk: Partial<Record<OperationKind, BulkLimit>> = {
    rotate: new BulkLimit(clock, limits.rotationsPerHour, 'forced rotations'),
    retire: new BulkLimit(clock, limits.retirementsPerHour, 'retirements'),
  };

  function accept(
    request: FastifyRequest,
    reply: FastifyReply,
    kind: OperationKind,
    reason: string | undefined,
    before: (attempt: Attempt) => Promise<void> = async () => undefined,
  ): Promise<FastifyReply> {
    return once(dependencies, request, reply, async (attempt) => {
      const giveBack = take(request, kind);
      try {
        await before(attempt);
        const actor = callerOf(request).id;
        const { operationId } = attempt;
        const body = await operate(dependencies, registrationOf(request), { operationId, kind, actor, reason });
        return { status: 202, body };
      } catch (error) {
        giveBack();
        throw error;
      }
    });
  }

  /** One of the caller's operations of this kind within the hour; many at once may be a mistake or a stolen key. */
  function take(request: FastifyRequest, kind: OperationKind): () => void {
    try {
      return bulk[kind]?.take(callerOf(request).id) ?? (() => undefined);
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

  app.post('/v1/registrations/:registrationId/rotate', {
    ...contract({ ...action('rotate', 'Replaces the credential now', 'operator'), body: reasonBody }),
    handler: (request, reply) => accept(request, reply, 'rotate', request.body?.reason),
  });

  app.post('/v1/registrations/:registrationId/verify', {
    ...contract({
      ...action('verify', 'Proves the current credential at the token endpoint', 'operator'),
      body: reasonBody,
    }),
    handler: (request, reply) => accept(request, reply, 'verify', request.body?.reason),
  });

  app.post('/v1/registrations/:registrationId/discover', {
    ...contract({ ...action('discover', 'Reads the discovery documents again', 'operator'), body: reasonBody }),
    handler: (request, reply) => accept(request, reply, 'discover', request.body?.reason),
  });

  app.delete('/v1/registrations/:registrationId', {
    ...contract({
      ...action('retire', 'Retires the registration: deletes its client and its secrets', 'administrator'),
      body: reasonBody,
    }),
    handler: (request, reply) => accept(request, reply, 'retire', request.body?.reason),
  });

  app.put('/v1/registrations/:registrationId/initial-access-token', {
    ...contract({
      ...action('supplyInitialAccessToken', 'Supplies an initial access token, which is sealed at once', 'operator'),
      body: z.strictObject({ token: tokenText, reason: z.string().max(500).optional() }),
    }),
    handler: (request, reply) =>
      accept(request, reply, 'supplyInitialAccessToken', request.body.reason, async ({ operationId }) => {
        const { registrationId } = registrationOf(request);
        const value = request.body.token;
        await putEnteringSecret({ operationId, registrationId, kind: 'initial-access-token', value });
      }),
  });
};
