import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { isIdPart, parseRegistrationId } from '../../domain/ids.ts';
import type { RegistrationView } from '../../domain/registration/view.ts';
import type { Access } from '../callers/access.ts';
import { type Caller, requireRole, within } from '../callers/caller.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { notFound, ProblemError } from '../problems/problem.ts';
import { callerOf } from './authentication.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route of the API declares it. */
    access?: Access;
  }
  interface FastifyRequest {
    /** The registration that the path names; set on routes that see one. */
    registration: RegistrationView | null;
  }
}

/** Visible, then role: both before the body is read (DESIGN section 7). */
export const authorizationPlugin = fp(
  async (app: FastifyInstance, { dependencies }: { dependencies: ApiDependencies }) => {
    app.decorateRequest('registration', null);
    app.addHook('onRoute', (route) => {
      if (/^\/v1(?:\/|$)/.test(route.url) && route.config?.access === undefined)
        throw new Error(`${String(route.method)} ${route.url} does not say who may use it`);
    });
    app.addHook('onRequest', async (request) => {
      const { access } = request.routeOptions.config;
      if (access === undefined || access === 'public') return;
      const caller = callerOf(request);
      await requireVisible(dependencies, request, caller, access);
      requireRole(caller, access.role);
      if (access.unbounded !== undefined) requireUnbounded(caller, access.unbounded);
    });
  },
  { name: 'authorization', dependencies: ['authentication'] },
);

async function requireVisible(
  { records }: ApiDependencies,
  request: FastifyRequest,
  { visibility }: Caller,
  { sees, creates, removes }: Exclude<Access, 'public'>,
): Promise<void> {
  const params = request.params as Readonly<Record<string, string>>;
  const deferred = creates === true || (removes === true && request.headers['idempotency-key'] !== undefined);
  switch (sees) {
    case undefined:
      return;
    case 'registration': {
      const id = params['registrationId'] ?? '';
      request.registration = parseRegistrationId(id) === null ? null : await records.registration(id, visibility);
      if (request.registration === null) throw notFound('registration');
      return;
    }
    case 'tenant': {
      const id = params['tenantId'] ?? '';
      const visible = isIdPart(id) && within(visibility.tenantIds, id);
      if (!visible || (!deferred && (await records.tenant(id, visibility)) === null)) throw notFound('tenant');
      return;
    }
    case 'authorization-server': {
      const id = params['serverId'] ?? '';
      const known = /^as-[0-9a-f]{20}$/.test(id) && (await records.authorizationServer(id, visibility)) !== null;
      if (!known) throw notFound('authorization server');
      return;
    }
    case 'application': {
      const id = params['applicationId'] ?? '';
      const visible = within(visibility.applicationIds, id);
      const exists = async () => isIdPart(id) && (await records.application(id)) !== null;
      if (!visible || (!deferred && !(await exists()))) throw notFound('application');
    }
  }
}

function requireUnbounded({ visibility }: Caller, what: 'tenants' | 'everything'): void {
  const bound = visibility.tenantIds !== null || (what === 'everything' && visibility.applicationIds !== null);
  if (bound)
    throw new ProblemError(
      'key-bound',
      'This would touch what the key is not bound to. Use an administrator key without bounds.',
    );
}

/** The registration that the path names; only on routes that see one. */
export function registrationOf(request: FastifyRequest): RegistrationView {
  if (request.registration === null) throw new Error('the route does not see a registration');
  return request.registration;
}
