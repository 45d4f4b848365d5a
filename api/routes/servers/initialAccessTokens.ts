import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiDependencies } from '../../dependencies.ts';
import { callerOf } from '../../plugins/authentication.ts';
import { pageOf, pageQuery } from '../../schemas/common.ts';
import { contract } from '../../schemas/contract.ts';
import { initialAccessTokenView } from '../../schemas/servers/authorizationServer.ts';

/** The inventory of initial access tokens: where each came from and what became of it, never its value. */
export const initialAccessTokenRoutes: FastifyPluginAsyncZod<{ dependencies: ApiDependencies }> = async (
  app,
  { dependencies: { records } },
) => {
  app.get('/v1/initial-access-tokens', {
    ...contract({
      operationId: 'listInitialAccessTokens',
      summary: 'Initial access tokens, newest first; never their values',
      tag: 'Authorization servers',
      access: { role: 'viewer' },
      querystring: z.strictObject(pageQuery),
      answers: { 200: pageOf(initialAccessTokenView) },
    }),
    handler: async (request, reply) =>
      reply.send(await records.initialAccessTokens(callerOf(request).visibility, request.query)),
  });
};
