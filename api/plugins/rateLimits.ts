import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { type ApiDependencies, limitsOf } from '../dependencies.ts';
import { ProblemError } from '../problems/problem.ts';

/** Requests per minute of a principal, or of an address where nobody is authenticated. */
export const rateLimitsPlugin = fp(
  async (app: FastifyInstance, { dependencies }: { dependencies: ApiDependencies }) => {
    await app.register(rateLimit, {
      max: limitsOf(dependencies).requestsPerMinute,
      timeWindow: 60_000,
      keyGenerator: (request) => request.caller?.id ?? request.ip,
      errorResponseBuilder: (_request, context) => tooMany(context.after),
    });
  },
  { name: 'rate-limits' },
);

/** The problem of a caller who asks too often. */
export function tooMany(after: string): ProblemError {
  return new ProblemError('rate-limited', `Too many requests within a minute. Wait ${after}, then try again.`);
}
