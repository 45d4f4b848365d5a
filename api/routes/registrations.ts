import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Visibility } from '../../domain/ports/visibility.ts';
import type { RegistrationView } from '../../domain/registration/view.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { callerOf } from '../plugins/authentication.ts';
import { registrationOf } from '../plugins/authorization.ts';
import { linksOf, pageOf, pageQuery } from '../schemas/common.ts';
import { contract } from '../schemas/contract.ts';
import { eventView, registrationQuery, registrationView, registrationWithLinks } from '../schemas/registration.ts';

const tag = 'Registrations';
/** Clients to share that one answer names. */
const mostOffered = 20;
const params = z.object({ registrationId: z.string() });

/** Reading registrations and their timelines. */
export const registrationRoutes: FastifyPluginAsyncZod<{ dependencies: ApiDependencies }> = async (
  app,
  { dependencies: { records } },
) => {
  /** Clients that a registration without one could share, as far as the caller may see them. */
  async function offered(registration: RegistrationView, visibility: Visibility): Promise<string[]> {
    const tokenEndpoint = registration.discovery?.tokenEndpoint ?? null;
    const wanted = registration.phase === 'manual_required' || registration.phase === 'submitted';
    if (!wanted || registration.credential !== null || tokenEndpoint === null) return [];
    return await records.shareable({ ...registration, tokenEndpoint }, visibility, mostOffered);
  }

  app.get('/v1/registrations', {
    ...contract({
      operationId: 'listRegistrations',
      summary: 'Registrations, filtered and sorted',
      tag,
      access: { role: 'viewer' },
      querystring: registrationQuery,
      answers: { 200: pageOf(registrationView) },
    }),
    handler: async (request, reply) => {
      const { limit, cursor, needsAttention, ...filter } = request.query;
      return reply.send(
        await records.registrations(
          { ...filter, needsAttention: needsAttention === undefined ? undefined : needsAttention === 'true' },
          callerOf(request).visibility,
          { limit, cursor },
        ),
      );
    },
  });

  app.get('/v1/registrations/:registrationId', {
    ...contract({
      operationId: 'getRegistration',
      summary: 'One registration',
      tag,
      access: { role: 'viewer', sees: 'registration' },
      params,
      answers: { 200: registrationWithLinks },
    }),
    handler: async (request, reply) => {
      const registration = registrationOf(request);
      const shareableWith = await offered(registration, callerOf(request).visibility);
      return reply.send({
        ...registration,
        ...(shareableWith.length === 0 ? {} : { shareableWith }),
        links: linksOf(registration.registrationId),
      });
    },
  });

  app.get('/v1/registrations/:registrationId/events', {
    ...contract({
      operationId: 'listRegistrationEvents',
      summary: 'The audit timeline, newest first',
      tag,
      access: { role: 'viewer', sees: 'registration' },
      params,
      querystring: z.strictObject(pageQuery),
      answers: { 200: pageOf(eventView) },
    }),
    handler: async (request, reply) =>
      reply.send(await records.events(registrationOf(request).registrationId, request.query)),
  });
};
