import { z } from 'zod';
import { serverAuthMethods, serverCredentialKinds } from '../../../domain/servers/authorizationServer.ts';
import { tokenSources, tokenStates } from '../../../domain/servers/initialAccessToken.ts';
import { displayName, instantText, word } from '../common.ts';

const instantOrNull = instantText.nullable();
const textOrNull = z.string().nullable();
const url = z.string().min(1).max(2000);

/** A credential as it is answered: never more than this. */
export const serverCredentialView = z.object({
  kind: word(serverCredentialKinds),
  clientId: z.string(),
  putAt: instantText,
});

/** An authorization server as lists answer it. */
export const authorizationServerView = z
  .object({
    serverId: z.string(),
    issuer: textOrNull,
    tokenEndpoint: z.string().describe('Of the registration that it was first met with'),
    name: textOrNull,
    notes: textOrNull,
    policies: z.object({ issueInitialAccessTokens: z.boolean(), reissueManagementTokens: z.boolean() }),
    credentials: z.array(serverCredentialView),
    registrations: z.number().int().describe('Registrations there that the caller may see'),
    firstSeenAt: instantText,
    changedAt: instantText,
  })
  .meta({ id: 'AuthorizationServer' });

/** One authorization server, with what its behaviour has shown. */
export const authorizationServerWithLearned = authorizationServerView.extend({
  learned: z.object({
    proofs: z
      .array(z.object({ authMethod: z.string(), controlDiffers: z.boolean(), learnedAt: instantText }))
      .describe('Whether a wrong secret is answered otherwise than a good one'),
    secretReplacedAt: instantOrNull.describe('When an RFC 7592 update last brought a new secret'),
    secretKeptAt: instantOrNull.describe('When one last brought the same secret'),
    updateNotSupportedAt: instantOrNull.describe('When one last was not supported'),
  }),
});

const notes = z
  .string()
  .max(4000)
  .regex(/^[^\p{Cc}]*(?:[\n\t][^\p{Cc}]*)*$/u, 'must be text without control characters');

/** What `PATCH /v1/authorization-servers/{serverId}` takes; null removes. */
export const authorizationServerPatch = z.strictObject({
  name: displayName.nullable().optional(),
  notes: notes.nullable().optional().describe('For people, such as which certified developer makes it'),
  policies: z
    .strictObject({
      issueInitialAccessTokens: z
        .boolean()
        .optional()
        .describe('Whether its administrator issues an initial access token for each registration'),
      reissueManagementTokens: z
        .boolean()
        .optional()
        .describe('Whether its administrator re-issues registration access tokens; the former one dies'),
    })
    .optional(),
});

const printable = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** What `PUT /v1/authorization-servers/{serverId}/credentials` takes. */
export const serverCredentialBody = z.strictObject({
  kind: z
    .enum(serverCredentialKinds)
    .describe('service: its bearer registers clients; administrator: issues tokens (Keycloak)'),
  clientId: z.string().max(500).regex(printable, 'must be printable ASCII without spaces at its ends'),
  clientSecret: z
    .string()
    .min(1)
    .max(10_000)
    .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII; check how it was pasted')
    .meta({ format: 'password', writeOnly: true }),
  tokenEndpoint: url.optional().describe('Where its bearer is asked for; left out: that of the authorization server'),
  tokenEndpointAuthMethod: z.enum(serverAuthMethods).default('client_secret_basic'),
  scope: z
    .string()
    .max(2000)
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/, 'must be scope tokens, one space apart')
    .optional(),
  origins: z
    .array(url)
    .min(1)
    .max(10)
    .optional()
    .describe('The only origins that it may be sent to; left out: that of tokenEndpoint'),
});
export type ServerCredentialBody = z.output<typeof serverCredentialBody>;

/** One line of the inventory of initial access tokens. */
export const initialAccessTokenView = z.object({
  tokenId: z.string(),
  registrationId: z.string(),
  source: word(tokenSources),
  authorizationServerId: textOrNull,
  suppliedBy: textOrNull,
  suppliedAt: instantText,
  expiresAt: instantOrNull.describe('Null: not known'),
  remainingCount: z.number().int().nullable().describe('Registrations left; null: not known'),
  spentAt: instantOrNull,
  state: word(tokenStates),
  expiring: z.boolean().describe('Usable, and ends within a day'),
});
