import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { apiKeyCaller } from '../callers/authenticators/apiKey.ts';
import type { Authenticator } from '../callers/authenticators/authenticator.ts';
import { sessionCaller } from '../callers/authenticators/session.ts';
import type { Caller } from '../callers/caller.ts';
import { type ApiDependencies, limitsOf } from '../dependencies.ts';
import { ProblemError, unauthenticated } from '../problems/problem.ts';
import { tooMany } from './rateLimits.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on routes that are not public, before anything else is judged. */
    caller: Caller | null;
  }
}

/** Decides who makes each request of a route that is not public. A header outranks a cookie. */
export const authenticationPlugin = fp(
  async (app: FastifyInstance, { dependencies }: { dependencies: ApiDependencies }) => {
    const authenticators: readonly Authenticator[] = [apiKeyCaller(dependencies), sessionCaller(dependencies)];
    const refusals = app.createRateLimit({
      max: limitsOf(dependencies).refusalsPerMinute,
      timeWindow: 60_000,
      keyGenerator: (request) => request.ip,
    });
    app.decorateRequest('caller', null);
    app.addHook('onRequest', async (request) => {
      const { access } = request.routeOptions.config;
      if (access === undefined || access === 'public') return;
      try {
        request.caller = await authenticate(authenticators, request);
      } catch (error) {
        if (error instanceof ProblemError && error.problem.status === 401) {
          const count = await refusals(request);
          if (!count.isAllowed && count.isExceeded) throw tooMany(`${count.ttlInSeconds} seconds`);
        }
        throw error;
      }
    });
  },
  { name: 'authentication', dependencies: ['@fastify/cookie', 'rate-limits'] },
);

async function authenticate(authenticators: readonly Authenticator[], request: FastifyRequest): Promise<Caller> {
  for (const authenticator of authenticators) {
    const caller = await authenticator(request);
    if (caller !== null) return caller;
  }
  throw unauthenticated('Send an API key with the header "Authorization: Bearer rgk_…", or sign in.');
}

/** Who makes the request; only on routes that are not public. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new Error('the route is public: nobody is authenticated');
  return request.caller;
}
