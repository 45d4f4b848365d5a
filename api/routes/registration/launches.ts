import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { launchModes, launchOutcomes, mostGrantedScopes } from '../../../domain/people/launchReport.ts';
import { safeText } from '../../../domain/text/redaction.ts';
import { type Actions, action } from '../../requests/actions.ts';
import { reasonText } from '../../schemas/common.ts';
import { contract } from '../../schemas/contract.ts';

/** RFC 6749 section 3.3. */
const scopeTokens = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;

const launchBody = z.strictObject({
  outcome: z.enum(launchOutcomes),
  mode: z.enum(launchModes).default('ehr').describe('From within the EHR, or by the application itself'),
  error: z
    .string()
    .max(2000)
    .optional()
    .describe('OAuth error code and description, or what else went wrong; token-like text in it is redacted'),
  grantedScope: z
    .string()
    .max(12_000)
    .regex(scopeTokens, 'must be scopes as the token answer gave them, with one space between two')
    .refine((scope) => scope.split(' ').length <= mostGrantedScopes, `must be at most ${mostGrantedScopes} scopes`)
    .optional()
    .describe('`scope` of the token answer'),
  reason: reasonText.optional(),
});

/** What the application tells of launches. */
export const launchRoutes: FastifyPluginAsyncZod<{ actions: Actions }> = async (app, { actions }) => {
  app.post('/v1/registrations/:registrationId/report-launch', {
    ...contract({
      ...action('reportLaunch', 'Tells how a launch ended: the only proof that one works', 'operator'),
      body: launchBody,
    }),
    handler: (request, reply) => {
      const { outcome, mode, error, grantedScope, reason } = request.body;
      return actions.accept(request, reply, {
        kind: 'reportLaunch',
        reason,
        details: {
          outcome,
          mode,
          error: error === undefined ? null : safeText(error),
          grantedScopes: grantedScope?.split(' ').map((scope) => safeText(scope)) ?? null,
        },
      });
    },
  });
};
