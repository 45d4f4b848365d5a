import { z } from 'zod';
import { keycloakOperations } from '../../../domain/servers/keycloakClients.ts';
import { isClientId, keycloakProviders } from '../../../protocols/keycloak/realm.ts';
import { word } from '../common.ts';
import { tokenText } from '../tenant.ts';

const secretText = z
  .string()
  .min(1)
  .max(10_000)
  .regex(/^[^\p{Cc}]*$/u, 'must be one line; check how it was pasted')
  .meta({ format: 'password', writeOnly: true });

const clientId = z
  .string()
  .min(1)
  .max(255)
  .refine(isClientId, 'must be one line without spaces around it, and not "." or ".."')
  .describe('OAuth client id; of a SAML client its entity id');

const realmUrl = z
  .string()
  .min(1)
  .max(2000)
  .describe('Issuer, or any endpoint of the realm; secrets are sent to its origin only');

const anonymous = z.strictObject({ kind: z.literal('anonymous') });
const initialAccessToken = z.strictObject({ kind: z.literal('initial-access-token'), token: tokenText });
const ownToken = z.strictObject({
  kind: z.literal('registration-access-token'),
  token: tokenText.nullable().default(null).describe('Left out: the stored one'),
});
const bearer = z.strictObject({ kind: z.literal('bearer'), token: tokenText });
const serviceAccount = z.strictObject({
  kind: z.literal('service-account'),
  clientId,
  clientSecret: secretText.nullable().default(null).describe('Left out: the stored one'),
});
const user = z.strictObject({
  kind: z.literal('user'),
  clientId: clientId.default('admin-cli').describe('Client with direct access grants'),
  username: z.string().min(1).max(255),
  password: secretText,
});
const ownSecret = z.strictObject({
  kind: z.literal('client'),
  clientSecret: secretText.nullable().default(null).describe('Left out: the stored one'),
});

const clientForm = z
  .record(z.string(), z.unknown())
  .describe('In the form of the provider: Keycloak’s ClientRepresentation, or RFC 7591 metadata');

/** What `POST /v1/keycloak/clients/create` takes. */
export const createClientBody = z
  .strictObject({
    realmUrl,
    provider: z
      .enum(['default', 'openid-connect', 'saml2-entity-descriptor'], {
        error: 'must be default, openid-connect or saml2-entity-descriptor: install only reads',
      })
      .default('default'),
    client: clientForm.optional(),
    descriptor: z
      .string()
      .min(1)
      .max(500_000)
      .optional()
      .describe('SAML 2.0 entity descriptor (XML), sent as it is; provider saml2-entity-descriptor'),
    authentication: z.discriminatedUnion('kind', [anonymous, initialAccessToken, bearer, serviceAccount, user]),
  })
  .superRefine(({ provider, client, descriptor }, context) => {
    const isSaml = provider === 'saml2-entity-descriptor';
    const [wanted, other] = isSaml ? (['descriptor', 'client'] as const) : (['client', 'descriptor'] as const);
    const given = { client, descriptor };
    if (given[wanted] === undefined)
      context.addIssue({ code: 'custom', path: [wanted], message: `is missing; provider ${provider} needs it` });
    if (given[other] !== undefined)
      context.addIssue({ code: 'custom', path: [other], message: `is not for provider ${provider}; leave it out` });
  });

/** What `POST /v1/keycloak/clients/get` takes. */
export const getClientBody = z
  .strictObject({
    realmUrl,
    provider: z
      .enum(['default', 'openid-connect', 'install'], {
        error: 'must be default, openid-connect or install: saml2-entity-descriptor only creates',
      })
      .default('default'),
    clientId,
    authentication: z
      .discriminatedUnion('kind', [ownToken, bearer, serviceAccount, user, ownSecret])
      .default({ kind: 'registration-access-token', token: null }),
  })
  .superRefine(({ provider, authentication }, context) => {
    if (authentication.kind !== 'client' || provider === 'install') return;
    const message = 'client is for provider install only; use the registration access token or an account';
    context.addIssue({ code: 'custom', path: ['authentication', 'kind'], message });
  });

const changing = z
  .enum(['default', 'openid-connect'], {
    error: 'must be default or openid-connect: install only reads, saml2-entity-descriptor only creates',
  })
  .default('default');
const changers = z
  .discriminatedUnion('kind', [ownToken, bearer, serviceAccount, user])
  .default({ kind: 'registration-access-token', token: null });

/** What `POST /v1/keycloak/clients/update` takes. */
export const updateClientBody = z.strictObject({
  realmUrl,
  provider: changing,
  clientId,
  client: clientForm,
  merge: z.boolean().default(false).describe('`client` is a merge patch (RFC 7396) on what the server shows'),
  authentication: changers,
});

/** What `…/delete` and `…/update-token` take. */
export const namedClientBody = z.strictObject({
  realmUrl,
  provider: changing,
  clientId,
  authentication: changers,
});

const secretReference = z.object({ store: z.string(), name: z.string(), versionId: z.string() }).nullable();

/** What each of them answers. */
export const keycloakClientView = z.object({
  operation: word(keycloakOperations),
  provider: word(keycloakProviders),
  issuer: z.string(),
  clientId: z.string(),
  enabled: z.boolean().nullable().describe('Null: the server does not say'),
  client: z.record(z.string(), z.unknown()).nullable().describe('As the server showed it, without secrets'),
  clientRef: secretReference.describe('Where the client secret is; null: none was received'),
  managementRef: secretReference.describe('Where the registration access token is; null: none was received'),
  findings: z.array(z.object({ reason: z.string(), message: z.string() })),
});
