import { randomUUID } from 'node:crypto';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { newApiKey, sha256Hex } from '../callers/credentials.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { callerOf } from '../plugins/authentication.ts';
import { notFound, ProblemError } from '../problems/problem.ts';
import { pageOf, pageQuery } from '../schemas/common.ts';
import { contract } from '../schemas/contract.ts';
import { keyBody, keyView, newKey } from '../schemas/key.ts';

const tag = 'Keys';
const defaultLifetime = 90 * 24 * 3_600_000;
const access = { role: 'administrator', unbounded: 'everything' } as const;

export const keyRoutes: FastifyPluginAsyncZod<{ dependencies: ApiDependencies }> = async (app, { dependencies }) => {
  const { records, clock } = dependencies;

  app.post('/v1/keys', {
    ...contract({
      operationId: 'createKey',
      summary: 'Makes an API key; it is shown this once',
      tag,
      access,
      body: keyBody,
      answers: { 201: newKey },
    }),
    handler: async (request, reply) => {
      const { name, role, tenantIds, applicationIds } = request.body;
      const key = newApiKey();
      const keyId = randomUUID();
      await records.insertKey(
        {
          keyId,
          name,
          role,
          sha256: sha256Hex(key),
          tenantIds: tenantIds ?? null,
          applicationIds: applicationIds ?? null,
          expiresAt: expiryOf(request.body.expiresAt, clock.now()),
        },
        callerOf(request).id,
      );
      return reply.code(201).send({ keyId, key });
    },
  });

  app.get('/v1/keys', {
    ...contract({
      operationId: 'listKeys',
      summary: 'API keys, without their values',
      tag,
      access,
      querystring: z.strictObject(pageQuery),
      answers: { 200: pageOf(keyView) },
    }),
    handler: async (request, reply) => reply.send(await records.keys(request.query)),
  });

  app.delete('/v1/keys/:keyId', {
    ...contract({
      operationId: 'revokeKey',
      summary: 'Revokes an API key and ends its sessions',
      tag,
      access,
      params: z.object({ keyId: z.string() }),
      problems: [404, 413, 415],
      answers: { 204: null },
    }),
    handler: async (request, reply) => {
      const { keyId } = request.params;
      const known = z.uuid().safeParse(keyId).success && (await records.revokeKey(keyId, callerOf(request).id));
      if (!known) throw notFound('key');
      return reply.code(204).send();
    },
  });
};

/** Milliseconds since the epoch at which a key ends. */
function expiryOf(asked: string | undefined, now: number): number {
  const expiresAt = asked === undefined ? now + defaultLifetime : Date.parse(asked);
  if (expiresAt > now) return expiresAt;
  const message = 'must be in the future';
  throw new ProblemError('validation-failed', `/expiresAt: ${message}.`, {
    errors: [{ pointer: '/expiresAt', message }],
  });
}
