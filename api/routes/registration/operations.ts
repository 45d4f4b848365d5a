import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { explain } from '../../../domain/reasons/index.ts';
import type { ApiDependencies } from '../../dependencies.ts';
import { callerOf } from '../../plugins/authentication.ts';
import { registrationOf } from '../../plugins/authorization.ts';
import { ProblemError } from '../../problems/problem.ts';
import { type Actions, action } from '../../requests/actions.ts';
import { reasonBody, reasonText } from '../../schemas/common.ts';
import { contract } from '../../schemas/contract.ts';
import { tokenText } from '../../schemas/tenant.ts';

/** Actions on one registration that carry nothing, or one token. */
export const operationRoutes: FastifyPluginAsyncZod<{ dependencies: ApiDependencies; actions: Actions }> = async (
  app,
  { dependencies: { putEnteringSecret, records }, actions },
) => {
  app.post('/v1/registrations/:registrationId/rotate', {
    ...contract({ ...action('rotate', 'Replaces the credential now', 'operator'), body: reasonBody }),
    handler: (request, reply) => actions.accept(request, reply, { kind: 'rotate', reason: request.body?.reason }),
  });

  app.post('/v1/registrations/:registrationId/verify', {
    ...contract({
      ...action('verify', 'Proves the current credential at the token endpoint', 'operator'),
      body: reasonBody,
    }),
    handler: (request, reply) => actions.accept(request, reply, { kind: 'verify', reason: request.body?.reason }),
  });

  app.post('/v1/registrations/:registrationId/discover', {
    ...contract({ ...action('discover', 'Reads the discovery documents again', 'operator'), body: reasonBody }),
    handler: (request, reply) => actions.accept(request, reply, { kind: 'discover', reason: request.body?.reason }),
  });

  app.delete('/v1/registrations/:registrationId', {
    ...contract({
      ...action('retire', 'Retires the registration: deletes its client and its secrets', 'administrator'),
      body: reasonBody,
    }),
    handler: (request, reply) => {
      const { registrationId } = registrationOf(request);
      return actions.accept(request, reply, { kind: 'retire', reason: request.body?.reason }, () =>
        refuseWithSharers(records, registrationId),
      );
    },
  });

  app.put('/v1/registrations/:registrationId/initial-access-token', {
    ...contract({
      ...action('supplyInitialAccessToken', 'Supplies an initial access token, which is sealed at once', 'operator'),
      body: z.strictObject({ token: tokenText, reason: reasonText.optional() }),
    }),
    handler: (request, reply) => {
      const { token: value, reason } = request.body;
      const { registrationId } = registrationOf(request);
      const suppliedBy = callerOf(request).id;
      return actions.accept(request, reply, { kind: 'supplyInitialAccessToken', reason }, ({ operationId }) =>
        putEnteringSecret({ operationId, registrationId, kind: 'initial-access-token', value, suppliedBy }),
      );
    },
  });
};

/** The client that others use cannot go. */
async function refuseWithSharers(records: ApiDependencies['records'], registrationId: string): Promise<void> {
  const count = await records.countSharers(registrationId);
  if (count > 0)
    throw new ProblemError('operation-refused', `${explain('HasSharers')} There are ${count}.`, {
      reason: 'HasSharers',
    });
}
