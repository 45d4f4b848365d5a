import { z } from 'zod';
import { privateJwkMembers } from '../../domain/client/lint/keys.ts';
import { applicationSchema, clientMetadataPatchSchema, evenWithFaults } from '../../domain/client/metadata.ts';
import { readRedirectUri } from '../../domain/client/redirectUri.ts';
import { idPartRule, isIdPart } from '../../domain/ids.ts';
import { isJwtForm } from '../../domain/text/jsonWebToken.ts';
import { authMethods, environmentClasses } from '../../domain/words.ts';
import { instantText, word } from './common.ts';

interface Fault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What is wrong with client metadata beyond its form; what has not even that is told elsewhere. */
function faultsOf(metadata: { readonly [member: string]: unknown }): Fault[] {
  const uris: readonly unknown[] = Array.isArray(metadata['redirect_uris']) ? metadata['redirect_uris'] : [];
  const redirects = uris.flatMap((uri, index): Fault[] => {
    if (typeof uri !== 'string' || uri === '') return [];
    const judged = readRedirectUri(uri);
    return judged.kind === 'unusable' ? [{ path: ['redirect_uris', index], message: judged.rule }] : [];
  });
  return [...redirects, ...privateKeys(metadata['jwks']), ...statement(metadata['software_statement'])];
}

/** RFC 7591 section 2.3. Removing it by a patch is null. */
function statement(value: unknown): Fault[] {
  if (value === undefined || value === null || (typeof value === 'string' && isJwtForm(value))) return [];
  return [{ path: ['software_statement'], message: 'must be a signed JSON Web Token: three base64url parts' }];
}

function privateKeys(jwks: unknown): Fault[] {
  const keys = typeof jwks === 'object' && jwks !== null && 'keys' in jwks && Array.isArray(jwks.keys) ? jwks.keys : [];
  return keys.flatMap((key: unknown, index): Fault[] => {
    const present = typeof key === 'object' && key !== null ? privateJwkMembers.filter((name) => name in key) : [];
    return present.map((name) => ({
      path: ['jwks', 'keys', index, name],
      message: 'is part of a private key; give public keys only',
    }));
  });
}

/** `clientMetadata` of one registration: a merge patch (RFC 7396) on that of the application. */
export const registrationMetadata = clientMetadataPatchSchema.superRefine((metadata, context) => {
  for (const { path, message } of faultsOf(metadata)) context.addIssue({ code: 'custom', path: [...path], message });
});

/** What `PUT /v1/applications/{applicationId}` takes. */
export const applicationBody = applicationSchema.superRefine((application, context) => {
  const add = (prefix: readonly PropertyKey[], metadata: unknown) => {
    if (!isMembers(metadata)) return;
    for (const { path, message } of faultsOf(metadata))
      context.addIssue({ code: 'custom', path: [...prefix, ...path], message });
  };
  add(['clientMetadata'], application.clientMetadata);
  const environments: unknown = application.environments;
  for (const [name, environment] of Object.entries(isMembers(environments) ? environments : {})) {
    if (!isIdPart(name))
      context.addIssue({
        code: 'custom',
        path: ['environments', name],
        message: `the environment's name must be ${idPartRule}`,
      });
    add(['environments', name, 'clientMetadata'], isMembers(environment) ? environment['clientMetadata'] : undefined);
  }
}, evenWithFaults);

function isMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const metadata = z.record(z.string(), z.unknown());

/** An application as it is answered: what was put, with its revision. */
export const applicationView = z.object({
  applicationId: z.string(),
  revision: z.number().int(),
  updatedAt: instantText,
  clientMetadata: metadata,
  launchUris: z.array(z.string()),
  authMethods: z.array(word(authMethods)),
  environments: z.record(
    z.string(),
    z.object({ class: word(environmentClasses), clientMetadata: metadata.optional() }),
  ),
  rotationPolicy: z.object({
    renewBefore: z.string().optional(),
    maxAge: z.string().optional(),
    freezeWindows: z.array(z.object({ start: instantText, end: instantText })).optional(),
  }),
  policies: z.object({
    allowReplace: z.boolean(),
    allowAnonymous: z.boolean(),
    allowIssuerEndpoint: z.boolean(),
    trimScopes: z.boolean(),
  }),
});
