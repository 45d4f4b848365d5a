import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { ApiDependencies } from '../dependencies.ts';
import { ReadinessChecks } from '../readiness.ts';
import { contract } from '../schemas/contract.ts';
import { healthView, readinessView } from '../schemas/overview.ts';

const tag = 'Health';

/** For orchestrators and load balancers; no authentication, and nothing in them to protect. */
export const healthRoutes: FastifyPluginAsyncZod<{ dependencies: ApiDependencies }> = async (app, { dependencies }) => {
  const readiness = new ReadinessChecks(dependencies);

  app.get('/healthz', {
    ...contract({
      operationId: 'getHealth',
      summary: 'Whether the process serves requests',
      tag,
      access: 'public',
      answers: { 200: healthView },
    }),
    handler: async (_request, reply) => reply.send({ status: 'ok' }),
  });

  app.get('/readyz', {
    ...contract({
      operationId: 'getReadiness',
      summary: 'Whether database, Temporal and secret store answer',
      tag,
      access: 'public',
      answers: { 200: readinessView, 503: readinessView },
    }),
    handler: async (_request, reply) => {
      const answer = await readiness.read();
      return reply.code(answer.status === 'ready' ? 200 : 503).send(answer);
    },
  });
};
