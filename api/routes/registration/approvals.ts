import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type Actions, action } from '../../requests/actions.ts';
import { reasonText } from '../../schemas/common.ts';
import { contract } from '../../schemas/contract.ts';

const approval = z.strictObject({
  registrationEndpoint: z
    .string()
    .min(1)
    .max(2000)
    .nullable()
    .describe('As `discovery.candidate` or `discovery.proposal` shows it; null: there is none any more'),
  evidenceHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hexadecimal, as the registration shows it')
    .describe('Of the document that names the endpoint'),
  reason: reasonText.optional(),
});

/** An administrator's word on what Registrar found and does not use by itself. */
export const approvalRoutes: FastifyPluginAsyncZod<{ actions: Actions }> = async (app, { actions }) => {
  app.post('/v1/registrations/:registrationId/approve-endpoint', {
    ...contract({
      ...action('approveEndpoint', 'Approves a registration endpoint as one document names it', 'administrator'),
      body: approval,
    }),
    handler: (request, reply) => {
      const { reason, ...details } = request.body;
      return actions.accept(request, reply, { kind: 'approveEndpoint', details, reason });
    },
  });
};
