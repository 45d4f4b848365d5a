import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { isLoopbackName } from '../../domain/text/webUrl.ts';
import { hostNameOf } from '../callers/hostNames.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { ProblemError } from '../problems/problem.ts';

/** Refuses requests that name another host: a page of another site whose name was pointed at us cannot read answers. */
export const hostsPlugin = fp(
  async (app: FastifyInstance, { dependencies }: { dependencies: ApiDependencies }) => {
    const names = new Set(dependencies.allowedHostNames.map((name) => name.toLowerCase()));
    const own = dependencies.publicUrl === null ? null : new URL(dependencies.publicUrl).hostname;
    if (own !== null) names.add(own);
    app.addHook('onRequest', async (request) => {
      const name = hostNameOf(request.headers.host);
      if (name !== null && (names.has(name) || isLoopbackName(name))) return;
      throw new ProblemError(
        'wrong-host',
        'The Host header names none of this server. Use the address that Registrar printed, or set REGISTRAR_PUBLIC_URL.',
      );
    });
  },
  { name: 'hosts' },
);
