import { z } from 'zod';
import { authMethods } from '../../../domain/words.ts';
import { instant, reasonText } from '../common.ts';
import { tokenText } from '../tenant.ts';

/** RFC 6749 appendix A.1, without blanks at its ends: those are pasting mistakes. */
const clientIdText = z
  .string()
  .min(1)
  .max(200)
  .regex(
    /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/,
    'must be printable ASCII, without a blank at its ends; check how it was pasted',
  );

/** RFC 6749 appendix A.2. */
const clientSecretText = z
  .string()
  .min(1)
  .max(10_000)
  .regex(
    /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/,
    'must be printable ASCII, without a blank at its ends; check how it was pasted',
  )
  .meta({ format: 'password', writeOnly: true });

/** What `POST /v1/registrations/{id}/credential` takes. */
export const credentialBody = z.strictObject({
  clientId: clientIdText,
  tokenEndpointAuthMethod: z
    .enum(authMethods)
    .optional()
    .describe('Left out: none without a secret, else the preference of the application that the server advertises'),
  clientSecret: clientSecretText.optional().describe('Sealed at once'),
  issuedAt: instant.optional().describe('Left out: now'),
  expiresAt: instant.nullable().optional().describe('Of the secret. Null: it never expires; left out: unknown'),
  clientExpiresAt: instant.optional().describe('End of life of the client itself'),
  registrationAccessToken: tokenText.optional().describe('RFC 7592; needs registrationClientUri. Sealed at once'),
  registrationClientUri: z
    .string()
    .min(1)
    .max(2000)
    .meta({ writeOnly: true })
    .optional()
    .describe('On an approved origin of the registration. Sealed at once, as some servers write a token into it'),
  reason: reasonText.optional(),
});
export type CredentialBody = z.output<typeof credentialBody>;
