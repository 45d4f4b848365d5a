import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiDependencies } from '../dependencies.ts';
import { callerOf } from '../plugins/authentication.ts';
import { pageOf, pageQuery } from '../schemas/common.ts';
import { contract } from '../schemas/contract.ts';
import { orphanView, summaryView } from '../schemas/overview.ts';

const tag = 'Overview';

export const overviewRoutes: FastifyPluginAsyncZod<{ dependencies: ApiDependencies }> = async (
  app,
  { dependencies: { records } },
) => {
  app.get('/v1/summary', {
    ...contract({
      operationId: 'getSummary',
      summary: 'Registrations counted by state, and what expires when',
      tag,
      access: { role: 'viewer' },
      answers: { 200: summaryView },
    }),
    handler: async (request, reply) => reply.send(await records.summary(callerOf(request).visibility)),
  });

  app.get('/v1/orphans', {
    ...contract({
      operationId: 'listOrphans',
      summary: 'Clients that may exist and that no registration holds',
      tag,
      access: { role: 'viewer' },
      querystring: z.strictObject(pageQuery),
      answers: { 200: pageOf(orphanView) },
    }),
    handler: async (request, reply) => reply.send(await records.orphans(callerOf(request).visibility, request.query)),
  });
};
