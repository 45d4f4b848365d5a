import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { ApiDependencies } from '../dependencies.ts';

/** One line per request. */
export const accessLogPlugin = fp(
  async (app: FastifyInstance, { dependencies: { logger } }: { dependencies: ApiDependencies }) => {
    if (logger === false) return;
    app.addHook('onResponse', async (request, reply) => {
      logger.info('request.completed', {
        requestId: request.id,
        method: request.method,
        route: request.routeOptions.url,
        status: reply.statusCode,
        durationMilliseconds: Math.round(reply.elapsedTime),
        keyId: request.caller?.keyId,
      });
    });
  },
  { name: 'access-log' },
);
