import { z } from 'zod';
import { methods, phases } from '../../domain/words.ts';
import { registrationMetadata } from './application.ts';
import { displayName, idPart, instantText, links, word } from './common.ts';

const url = z.string().min(1).max(2000);

/** A token as it is sent in a header (RFC 6750 section 2.1, tolerant of vendors' alphabets). */
export const tokenText = z
  .string()
  .min(1)
  .max(10_000)
  .regex(/^[\x21-\x7e]*$/, 'must be printable ASCII without spaces or line breaks; check how it was pasted')
  .meta({ format: 'password', writeOnly: true });

/** Headers that go with discovery (`Epic-Client-ID` and the like). Values never leave again. */
export const discoveryHeaders = z
  .record(z.string(), z.string())
  .refine((headers) => Object.keys(headers).length <= 20, 'must be at most 20 headers')
  .meta({
    writeOnly: true,
    description: 'Sent with discovery, to the origin of the FHIR base URL only; administrators only',
  });

/** Most registrations that one request brings. */
const mostRegistrations = 100;

export const registrationRequest = z.strictObject({
  applicationId: idPart,
  environment: idPart.default('production'),
  endpointId: idPart.default('main'),
  fhirBaseUrl: url.describe('https, without user name, query and fragment'),
  method: z.enum(methods).default('auto'),
  initialAccessToken: tokenText.optional().describe('RFC 7591 section 3.1; sealed at once'),
  registrationEndpoint: url.optional().describe('Outranks discovery; administrators only'),
  issuer: url.optional().describe('Administrators only'),
  clientMetadata: registrationMetadata.optional().describe('Merge patch (RFC 7396) on the application'),
  discoveryHeaders: discoveryHeaders.optional(),
  shareWith: z.string().min(1).max(200).optional().describe('Registration whose client this one uses'),
});
export type RegistrationRequest = z.output<typeof registrationRequest>;

const registrationRequests = z.array(registrationRequest).max(mostRegistrations);

/** What `POST /v1/tenants` takes. */
export const tenantBody = z.strictObject({
  tenantId: idPart,
  name: displayName,
  registrations: registrationRequests.default([]),
});

/** What `POST /v1/tenants/{tenantId}/registrations` takes. */
export const moreRegistrationsBody = z.strictObject({ registrations: registrationRequests.min(1) });

export const tenantPatch = z.strictObject({ name: displayName });

/** Answer of the two. */
export const addedRegistrations = z.object({
  tenantId: z.string(),
  registrations: z.array(z.object({ registrationId: z.string(), phase: word(phases), links })),
});

export const tenantView = z.object({
  tenantId: z.string(),
  name: z.string(),
  createdAt: instantText,
  registrations: z.array(z.object({ registrationId: z.string(), phase: word(phases) })),
});
