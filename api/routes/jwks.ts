import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { jwkSet } from '../../domain/client/keys.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { ProblemError } from '../problems/problem.ts';
import { contract } from '../schemas/contract.ts';

/** RFC 7517 section 8.5.1. */
const contentType = 'application/jwk-set+json';
/** What ids look like; nothing else is looked for. */
const form = /^[A-Za-z0-9_-]{22,64}$/;
/** Seconds that anybody may keep a key set: a replaced key is to be gone everywhere soon. */
const maxAge = 300;

/**
 * Public keys of clients that authenticate by `private_key_jwt`, for authorization servers: no authentication, and
 * nothing that tells whose keys they are. Reads the database only, so that it needs no access to the secret store.
 */
export const jwksRoutes: FastifyPluginAsyncZod<{ dependencies: ApiDependencies }> = async (app, { dependencies }) => {
  app.get('/jwks/:opaque', {
    ...contract({
      operationId: 'getJwks',
      summary: 'Public keys of one client, as a JSON Web Key Set (RFC 7517)',
      tag: 'Keys of clients',
      access: 'public',
      params: z.object({ opaque: z.string() }),
      answers: { 200: { contentType } },
      problems: [404],
    }),
    handler: async (request, reply) => {
      const { opaque } = request.params;
      const keys = form.test(opaque) ? await dependencies.records.clientKeys(opaque) : null;
      if (keys === null) throw new ProblemError('not-found', 'There is no such key set. Check the URL.');
      return reply
        .header('cache-control', `public, max-age=${maxAge}`)
        .type(contentType)
        .send(Buffer.from(JSON.stringify(jwkSet(keys))));
    },
  });
};
