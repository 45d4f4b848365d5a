import { z } from 'zod';
import { nextActions } from '../../domain/discovery/preflight.ts';
import { idPart, word } from './common.ts';
import { discoveryView, findingView, scopesView } from './registration.ts';
import { registrationRequest } from './tenant.ts';

const { fhirBaseUrl, registrationEndpoint, issuer, discoveryHeaders } = registrationRequest.shape;

/** What `POST /v1/preflight` takes. */
export const preflightBody = z.strictObject({
  fhirBaseUrl,
  applicationId: idPart.optional().describe('Whose client metadata and scopes are judged; without it discovery only'),
  environment: idPart.default('production'),
  registrationEndpoint,
  issuer,
  discoveryHeaders,
});
export type PreflightRequest = z.output<typeof preflightBody>;

/** What it answers. */
export const preflightView = z
  .object({
    method: word(['dynamic', 'manual'])
      .nullable()
      .describe('How a registration would get its client; null: nothing usable could be read'),
    discovery: discoveryView,
    lint: z.array(
      findingView.extend({ pointer: z.string().optional().describe('RFC 6901, into the client metadata') }),
    ),
    scopes: scopesView.nullable().describe('Null without an application'),
    nextAction: z
      .string()
      .describe(
        `Who does what next: the approval of an endpoint that is named, or one of: ${Object.values(nextActions).join(' ')}`,
      ),
  })
  .meta({ id: 'Preflight' });
