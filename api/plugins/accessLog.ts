import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { ApiDependencies } from '../dependencies.ts';

/** One line per request, of allow-listed fields: never a header, a body, or a URL with what stands in it. */
export const accessLogPlugin = fp(
  async (app: FastifyInstance, { dependencies: { logger } }: { dependencies: ApiDependencies }) => {
    if (logger === false) return;
    app.addHook('onResponse', async (request, reply) => {
      logger.info(
        {
          requestId: request.id,
          method: request.method,
          route: request.routeOptions.url ?? null,
          status: reply.statusCode,
          ms: Math.round(reply.elapsedTime),
          principal: request.caller?.id ?? null,
        },
        'request',
      );
    });
  },
  { name: 'access-log' },
);
