import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { serverCredentialKinds } from '../../../domain/servers/authorizationServer.ts';
import type { ApiDependencies } from '../../dependencies.ts';
import { callerOf } from '../../plugins/authentication.ts';
import { notFound } from '../../problems/problem.ts';
import { judgeServerCredential } from '../../requests/serverCredentials.ts';
import { pageOf, pageQuery } from '../../schemas/common.ts';
import { contract } from '../../schemas/contract.ts';
import {
  authorizationServerPatch,
  authorizationServerView,
  authorizationServerWithLearned,
  serverCredentialBody,
  serverCredentialView,
} from '../../schemas/servers/authorizationServer.ts';

const tag = 'Authorization servers';
const params = z.object({ serverId: z.string() });
const look = { role: 'viewer', sees: 'authorization-server' } as const;
const change = { role: 'administrator', sees: 'authorization-server', unbounded: 'everything' } as const;

/** Authorization servers, and what Registrar may present to them (DESIGN section 7). */
export const authorizationServerRoutes: FastifyPluginAsyncZod<{ dependencies: ApiDependencies }> = async (
  app,
  { dependencies },
) => {
  const { records } = dependencies;

  app.get('/v1/authorization-servers', {
    ...contract({
      operationId: 'listAuthorizationServers',
      summary: 'Authorization servers that discovery has named',
      tag,
      access: { role: 'viewer' },
      querystring: z.strictObject(pageQuery),
      answers: { 200: pageOf(authorizationServerView) },
    }),
    handler: async (request, reply) =>
      reply.send(await records.authorizationServers(callerOf(request).visibility, request.query)),
  });

  app.get('/v1/authorization-servers/:serverId', {
    ...contract({
      operationId: 'getAuthorizationServer',
      summary: 'One authorization server, and what its behaviour has shown',
      tag,
      access: look,
      params,
      answers: { 200: authorizationServerWithLearned },
    }),
    handler: async (request, reply) => {
      const { serverId } = request.params;
      const record = await records.authorizationServer(serverId, callerOf(request).visibility);
      if (record === null) throw notFound('authorization server');
      return reply.send({ ...record, learned: await records.learnedBehaviour(serverId) });
    },
  });

  app.patch('/v1/authorization-servers/:serverId', {
    ...contract({
      operationId: 'changeAuthorizationServer',
      summary: 'Name, notes and policies of an authorization server',
      tag,
      access: change,
      params,
      body: authorizationServerPatch,
      answers: { 200: authorizationServerView },
    }),
    handler: async (request, reply) => {
      const { id } = callerOf(request);
      const record = await records.patchAuthorizationServer(request.params.serverId, request.body, id);
      if (record === null) throw notFound('authorization server');
      return reply.send(record);
    },
  });

  app.put('/v1/authorization-servers/:serverId/credentials', {
    ...contract({
      operationId: 'putServerCredential',
      summary: 'A service account or administrator of the authorization server; sealed at once, never shown again',
      tag,
      access: change,
      params,
      body: serverCredentialBody,
      answers: { 200: serverCredentialView },
    }),
    handler: async (request, reply) => {
      const { serverId } = request.params;
      const { id, visibility } = callerOf(request);
      const server = await records.authorizationServer(serverId, visibility);
      if (server === null) throw notFound('authorization server');
      const credential = await judgeServerCredential(dependencies, request.body, server.tokenEndpoint);
      const put = await records.putServerCredential(serverId, credential, id);
      if (put === null) throw notFound('authorization server');
      return reply.send(put);
    },
  });

  app.delete('/v1/authorization-servers/:serverId/credentials/:kind', {
    ...contract({
      operationId: 'removeServerCredential',
      summary: 'Forgets a service account or administrator',
      tag,
      access: change,
      params: params.extend({ kind: z.string() }),
      problems: [413, 415],
      answers: { 204: null },
    }),
    handler: async (request, reply) => {
      const { serverId, kind: asked } = request.params;
      const kind = serverCredentialKinds.find((known) => known === asked);
      const removed =
        kind !== undefined && (await records.removeServerCredential(serverId, kind, callerOf(request).id));
      if (!removed) throw notFound('credential');
      return reply.code(204).send();
    },
  });
};
