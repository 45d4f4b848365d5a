import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { AnswerToKeep } from '../../domain/ports/callers/idempotency.ts';
import type { RegistrationView } from '../../domain/registration/view.ts';
import { within } from '../callers/caller.ts';
import { type Attempt, type Outcome, once } from '../callers/idempotency.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { EntityStarter } from '../entityStarter.ts';
import { callerOf } from '../plugins/authentication.ts';
import { notFound, ProblemError } from '../problems/problem.ts';
import { judgeRegistrations } from '../requests/registrations.ts';
import { linksOf, pageOf, pageQuery } from '../schemas/common.ts';
import { contract } from '../schemas/contract.ts';
import { addedRegistrations, moreRegistrationsBody, tenantBody, tenantPatch, tenantView } from '../schemas/tenant.ts';

const tag = 'Tenants';
const params = z.object({ tenantId: z.string() });

export const tenantRoutes: FastifyPluginAsyncZod<{ dependencies: ApiDependencies }> = async (app, { dependencies }) => {
  const { records } = dependencies;
  const starter = new EntityStarter(dependencies);
  app.addHook('onClose', () => starter.settled());

  /** Commits registrations with the answer that a repeated request gets, then starts their entities. */
  async function added(
    tenantId: string,
    { row }: Attempt,
    commit: (answer: AnswerToKeep | undefined) => Promise<RegistrationView[]>,
  ): Promise<Outcome> {
    const body = (created: readonly RegistrationView[]) => addedBody(tenantId, created);
    const created = await commit(row === null ? undefined : { ...row, status: 202, body });
    starter.start(created.map((registration) => registration.registrationId));
    return {
      status: 202,
      body: body(created),
      headers: { location: `/v1/tenants/${tenantId}` },
      kept: row !== null,
    };
  }

  app.post('/v1/tenants', {
    ...contract({
      operationId: 'createTenant',
      summary: 'Adds a tenant with its registrations, which start at once',
      tag,
      access: { role: 'operator' },
      body: tenantBody,
      document: true,
      idempotent: true,
      problems: [404],
      answers: { 202: addedRegistrations },
    }),
    handler: (request, reply) =>
      once(dependencies, request, reply, async (attempt) => {
        const caller = callerOf(request);
        const { tenantId, name } = request.body;
        requireOwnTenant(request, tenantId);
        const registrations = await judgeRegistrations(dependencies, caller, tenantId, request.body.registrations);
        return added(tenantId, attempt, (answer) =>
          records.createTenant({ tenantId, name, registrations }, caller.id, answer),
        );
      }),
  });

  app.post('/v1/tenants/:tenantId/registrations', {
    ...contract({
      operationId: 'addRegistrations',
      summary: 'Adds registrations to a tenant',
      tag,
      access: { role: 'operator', sees: 'tenant' },
      params,
      body: moreRegistrationsBody,
      document: true,
      idempotent: true,
      answers: { 202: addedRegistrations },
    }),
    handler: (request, reply) =>
      once(dependencies, request, reply, async (attempt) => {
        const caller = callerOf(request);
        const { tenantId } = request.params;
        const registrations = await judgeRegistrations(dependencies, caller, tenantId, request.body.registrations);
        return added(tenantId, attempt, (answer) =>
          records.addRegistrations(tenantId, registrations, caller.id, answer),
        );
      }),
  });

  app.get('/v1/tenants', {
    ...contract({
      operationId: 'listTenants',
      summary: 'Tenants',
      tag,
      access: { role: 'viewer' },
      querystring: z.strictObject(pageQuery),
      answers: { 200: pageOf(tenantView) },
    }),
    handler: async (request, reply) => reply.send(await records.tenants(callerOf(request).visibility, request.query)),
  });

  app.get('/v1/tenants/:tenantId', {
    ...contract({
      operationId: 'getTenant',
      summary: 'One tenant',
      tag,
      access: { role: 'viewer', sees: 'tenant' },
      params,
      answers: { 200: tenantView },
    }),
    handler: async (request, reply) => reply.send(await visibleTenant(request, request.params.tenantId)),
  });

  app.patch('/v1/tenants/:tenantId', {
    ...contract({
      operationId: 'renameTenant',
      summary: 'Renames a tenant',
      tag,
      access: { role: 'administrator', sees: 'tenant' },
      params,
      body: tenantPatch,
      idempotent: true,
      answers: { 200: tenantView },
    }),
    handler: (request, reply) =>
      once(dependencies, request, reply, async () => {
        const { tenantId } = request.params;
        if (!(await records.renameTenant(tenantId, request.body.name, callerOf(request).id))) throw notFound('tenant');
        return { status: 200, body: await visibleTenant(request, tenantId) };
      }),
  });

  app.delete('/v1/tenants/:tenantId', {
    ...contract({
      operationId: 'removeTenant',
      summary: 'Removes a tenant whose registrations are all retired',
      tag,
      access: { role: 'administrator', sees: 'tenant', removes: true },
      params,
      idempotent: true,
      problems: [413, 415],
      answers: { 204: null },
    }),
    handler: (request, reply) =>
      once(dependencies, request, reply, async () => {
        const { tenantId } = request.params;
        await visibleTenant(request, tenantId);
        if (!(await records.removeTenant(tenantId, callerOf(request).id))) throw notFound('tenant');
        return { status: 204, body: null };
      }),
  });

  async function visibleTenant(request: FastifyRequest, tenantId: string) {
    const tenant = await records.tenant(tenantId, callerOf(request).visibility);
    if (tenant === null) throw notFound('tenant');
    return tenant;
  }
};

/** A key that is bound to tenants cannot add others; whether the id is taken is not told. */
function requireOwnTenant(request: FastifyRequest, tenantId: string): void {
  if (within(callerOf(request).visibility.tenantIds, tenantId)) return;
  throw new ProblemError('not-found', 'The key is bound to other tenants. Use a key that may see this one.', {
    errors: [{ pointer: '/tenantId', message: 'is outside of what the key is bound to' }],
  });
}

function addedBody(tenantId: string, created: readonly RegistrationView[]) {
  return {
    tenantId,
    registrations: created.map(({ registrationId, phase }) => ({
      registrationId,
      phase,
      links: linksOf(registrationId),
    })),
  };
}
