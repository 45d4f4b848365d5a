import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { jwkSet } from '../../../domain/client/keys.ts';
import { buildPacket, type PacketParts } from '../../../domain/people/packets/build.ts';
import type { Packet } from '../../../domain/people/packets/packet.ts';
import type { Visibility } from '../../../domain/ports/visibility.ts';
import type { RegistrationView } from '../../../domain/registration/view.ts';
import { reachableBaseUrl } from '../../../domain/text/reachableBaseUrl.ts';
import type { ApiDependencies } from '../../dependencies.ts';
import { packetHtml, packetPagePolicy } from '../../packets/html.ts';
import { packetMarkdown } from '../../packets/markdown.ts';
import { preferredType } from '../../plugins/acceptable.ts';
import { callerOf } from '../../plugins/authentication.ts';
import { registrationOf } from '../../plugins/authorization.ts';
import { notFound, ProblemError } from '../../problems/problem.ts';
import { playbookOfTask } from '../../requests/playbookOf.ts';
import { contract } from '../../schemas/contract.ts';
import { packetQuery, packetTypes, packetView } from '../../schemas/registration/packet.ts';

/** The packet of a registration that a person carries out: JSON, Markdown, or a page to print. */
export const packetRoutes: FastifyPluginAsyncZod<{ dependencies: ApiDependencies }> = async (app, { dependencies }) => {
  app.get('/v1/registrations/:registrationId/packet', {
    ...contract({
      operationId: 'getPacket',
      summary: 'Everything that a portal or a health system asks to register the client by hand',
      tag: 'Registrations',
      access: { role: 'viewer', sees: 'registration' },
      params: z.object({ registrationId: z.string() }),
      querystring: packetQuery,
      answers: { 200: { json: packetView, otherTypes: [packetTypes.markdown, packetTypes.html] } },
      problems: [406],
    }),
    handler: async (request, reply) => {
      const { format } = request.query;
      const type = format === undefined ? acceptedType(request.headers.accept) : packetTypes[format];
      const view = registrationOf(request);
      const packet = await packetOf(dependencies, view, callerOf(request).visibility);
      reply.header('vary', 'accept').type(type === packetTypes.json ? type : `${type}; charset=utf-8`);
      const file = `packet-${view.registrationId}`;
      switch (type) {
        case packetTypes.json:
          return reply.send(packet);
        case packetTypes.markdown:
          return reply.header('content-disposition', `attachment; filename="${file}.md"`).send(packetMarkdown(packet));
        case packetTypes.html:
          return reply
            .header('content-disposition', `inline; filename="${file}.html"`)
            .header('content-security-policy', packetPagePolicy)
            .send(packetHtml(packet));
      }
    },
  });
};

function acceptedType(accept: string | undefined) {
  const { json, markdown, html } = packetTypes;
  const type = preferredType(accept, [json, markdown, html]);
  if (type === null)
    throw new ProblemError(
      'not-acceptable',
      `There is ${[json, markdown, html].join(', ')}; the header Accept takes none of them. Change it, or give format=json, markdown or html.`,
    );
  return type;
}

async function packetOf(
  { records, registrationConfig, playbooks, clock, publicUrl }: ApiDependencies,
  view: RegistrationView,
  visibility: Visibility,
): Promise<Packet> {
  const [config, application, tenant] = await Promise.all([
    registrationConfig(view.registrationId),
    records.application(view.applicationId),
    records.tenant(view.tenantId, visibility),
  ]);
  if (config === null || application === null) throw notFound('registration');
  const { playbook, by } = playbookOfTask(playbooks, view);
  return buildPacket({
    config,
    view,
    tenantName: tenant?.name ?? view.tenantId,
    launchUris: application.application.launchUris,
    keys: await keysOf(records, publicUrl, view.registrationId),
    playbook,
    recognisedBy: by,
    progress: progressOf(view),
    now: clock.now(),
  });
}

async function keysOf(
  records: ApiDependencies['records'],
  publicUrl: string | null,
  registrationId: string,
): Promise<PacketParts['keys']> {
  const jwksId = await records.jwksIdOf(registrationId);
  if (jwksId === null) return null;
  const base = reachableBaseUrl(publicUrl);
  if (base !== null) return { jwksUri: `${base}/jwks/${jwksId}` };
  return { jwks: jwkSet((await records.clientKeys(jwksId)) ?? []) };
}

/** How far the human path has come; null where a client exists already, of which the rule does not speak. */
function progressOf({ task, credential }: RegistrationView): PacketParts['progress'] {
  if (task === undefined ? credential !== null : task.kind !== 'registration') return null;
  const time = (text: string | null | undefined) => (text === null || text === undefined ? null : Date.parse(text));
  return { submittedAt: time(task?.submittedAt), verifiedAt: time(task?.verifiedAt), enabledAt: null };
}
