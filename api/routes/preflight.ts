import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { type DiscoveryReading, pagesToCheck, preflightReport } from '../../domain/discovery/preflight.ts';
import { RegistrarFailure } from '../../domain/failure.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { callerOf } from '../plugins/authentication.ts';
import { judgePreflight } from '../requests/preflight.ts';
import { contract } from '../schemas/contract.ts';
import { type PreflightRequest, preflightBody, preflightView } from '../schemas/preflight.ts';

/** Looks at a health system before anything is registered there. It changes nothing: no row, no workflow, no secret. */
export const preflightRoutes: FastifyPluginAsyncZod<{ dependencies: ApiDependencies }> = async (
  app,
  { dependencies },
) => {
  app.post('/v1/preflight', {
    ...contract({
      operationId: 'preflight',
      summary: 'Discovery, lint of the client metadata and scopes; changes nothing',
      tag: 'Registrations',
      access: { role: 'operator' },
      body: preflightBody,
      answers: { 200: preflightView },
    }),
    handler: async (request, reply) => {
      const subject = await judgePreflight(dependencies, callerOf(request), request.body);
      const reading = await readDiscovery(dependencies, request.body);
      const { checkPage } = dependencies.discovery;
      const pages = pagesToCheck(reading, subject).map(async (page) => ({ page, state: await checkPage(page.url) }));
      return reply.send(preflightReport(reading, subject, await Promise.all(pages), dependencies.clock.now()));
    },
  });
};

async function readDiscovery(
  { discovery }: ApiDependencies,
  { fhirBaseUrl, registrationEndpoint, issuer, discoveryHeaders }: PreflightRequest,
): Promise<DiscoveryReading> {
  try {
    const found = await discovery.read({
      fhirBaseUrl,
      registrationEndpoint: registrationEndpoint ?? null,
      issuer: issuer ?? null,
      headers: discoveryHeaders ?? {},
    });
    return { kind: 'read', discovery: found };
  } catch (error) {
    if (!(error instanceof RegistrarFailure)) throw error;
    return { kind: 'failed', reason: error.reason, message: error.message };
  }
}
