import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApplicationRecord } from '../../domain/ports/callers/applications.ts';
import { once } from '../callers/idempotency.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { callerOf } from '../plugins/authentication.ts';
import { notFound } from '../problems/problem.ts';
import { applicationBody, applicationView } from '../schemas/application.ts';
import { idPart, pageOf, pageQuery } from '../schemas/common.ts';
import { contract } from '../schemas/contract.ts';

const tag = 'Applications';
const params = z.object({ applicationId: idPart });

function viewOf({ application, ...record }: ApplicationRecord) {
  return { ...record, ...application };
}

export const applicationRoutes: FastifyPluginAsyncZod<{ dependencies: ApiDependencies }> = async (
  app,
  { dependencies },
) => {
  const { records } = dependencies;

  app.put('/v1/applications/:applicationId', {
    ...contract({
      operationId: 'putApplication',
      summary: 'Creates an application, or gives it a new revision; contacts nobody',
      tag,
      access: { role: 'administrator', sees: 'application', creates: true, unbounded: 'tenants' },
      params,
      body: applicationBody,
      document: true,
      idempotent: true,
      answers: { 200: applicationView, 201: applicationView },
    }),
    handler: (request, reply) =>
      once(dependencies, request, reply, async () => {
        const { applicationId } = request.params;
        const { record, created } = await records.putApplication(applicationId, request.body, callerOf(request).id);
        return {
          status: created ? 201 : 200,
          body: viewOf(record),
          headers: created ? { location: `/v1/applications/${applicationId}` } : {},
        };
      }),
  });

  app.get('/v1/applications', {
    ...contract({
      operationId: 'listApplications',
      summary: 'Applications in their current revision',
      tag,
      access: { role: 'viewer' },
      querystring: z.strictObject(pageQuery),
      answers: { 200: pageOf(applicationView) },
    }),
    handler: async (request, reply) => {
      const page = await records.applications(callerOf(request).visibility, request.query);
      return reply.send({ ...page, items: page.items.map(viewOf) });
    },
  });

  app.get('/v1/applications/:applicationId', {
    ...contract({
      operationId: 'getApplication',
      summary: 'One application in its current revision',
      tag,
      access: { role: 'viewer', sees: 'application' },
      params: z.object({ applicationId: z.string() }),
      answers: { 200: applicationView },
    }),
    handler: async (request, reply) => {
      const record = await records.application(request.params.applicationId);
      if (record === null) throw notFound('application');
      return reply.send(viewOf(record));
    },
  });
};
