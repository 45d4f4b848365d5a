import { z } from 'zod';
import { byteBound } from '../text/byteBound.ts';
import { authMethods, environmentClasses } from '../words.ts';

/**
 * Client metadata as in RFC 7591 section 2 (names kept), with the members Registrar understands checked and the
 * rest passed through: vendors add their own.
 */
const uri = z.url().max(2000);
const memberNeverSent = [
  'client_id',
  'client_secret',
  'client_secret_expires_at',
  'client_id_issued_at',
  'registration_access_token',
  'registration_client_uri',
] as const;

const members = {
  client_name: z.string().min(1).max(200),
  redirect_uris: z.array(z.string().min(1).max(2000)).min(1).max(50),
  scope: z.string().min(1).max(10_000),
  grant_types: z.array(z.string().min(1).max(100)).min(1).max(10),
  response_types: z.array(z.string().min(1).max(100)).max(10),
  token_endpoint_auth_method: z.enum(authMethods),
  contacts: z.array(z.string().min(1).max(320)).max(20),
  client_uri: uri,
  logo_uri: uri,
  tos_uri: uri,
  policy_uri: uri,
  software_id: z.string().max(200),
  software_version: z.string().max(100),
};
const requiredMembers = ['client_name', 'redirect_uris', 'scope'] as const;

function refuseServerMembers(metadata: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void {
  for (const member of memberNeverSent) {
    if (member in metadata)
      context.addIssue({
        code: 'custom',
        path: [member],
        message: `"${member}" is given by the authorization server; leave it out`,
      });
  }
}

/** Most bytes of JSON: they are recorded with every entity, twice while they change, and stand in secrets in part. */
export const mostMetadataBytes = 12_000;

function refuseTooLarge(metadata: unknown, context: z.RefinementCtx): void {
  if (byteBound(metadata) > mostMetadataBytes)
    context.addIssue({ code: 'custom', message: `must take at most ${mostMetadataBytes} bytes of JSON together` });
}

/** Also where another member is wrong: whoever corrects a file wants to know all that is. */
export const evenWithFaults = {
  when: ({ value }: { value: unknown }) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

/** Metadata of an application: what every registration needs must be there. */
export const clientMetadataSchema = z
  .looseObject(members)
  .partial()
  .superRefine(refuseServerMembers, evenWithFaults)
  .superRefine(refuseTooLarge)
  .superRefine((metadata, context) => {
    for (const member of requiredMembers) {
      if (metadata[member] === undefined)
        context.addIssue({ code: 'custom', path: [member], message: `"${member}" is required` });
    }
  }, evenWithFaults);

export type ClientMetadata = z.infer<typeof clientMetadataSchema>;

const { client_name, redirect_uris, scope, ...removable } = members;

/** A patch of an environment or a registration (RFC 7396): null removes a member, but for what every client needs. */
export const clientMetadataPatchSchema = z
  .looseObject({
    client_name,
    redirect_uris,
    scope,
    ...(Object.fromEntries(Object.entries(removable).map(([name, schema]) => [name, schema.nullable()])) as {
      [Name in keyof typeof removable]: z.ZodNullable<(typeof removable)[Name]>;
    }),
  })
  .partial()
  .superRefine(refuseServerMembers, evenWithFaults)
  .superRefine(refuseTooLarge);
export type ClientMetadataPatch = z.infer<typeof clientMetadataPatchSchema>;

/** ISO 8601 duration of days and smaller units, such as `P30D` or `PT10M` (DESIGN section 7). */
export const durationSchema = z
  .string()
  .regex(
    /^P(?=\d|T\d)(\d{1,5}D)?(?:T(?=\d)(\d{1,6}H)?(\d{1,7}M)?(\d{1,9}S)?)?$/,
    'must be an ISO 8601 duration such as PT10M or P30D',
  );

const instant = z.iso.datetime({ offset: false });

export const rotationPolicySchema = z.strictObject({
  /** Renew this long before expiry instead of at two thirds of the lifetime. */
  renewBefore: durationSchema.optional(),
  /** Renew a secret without known expiry after this long. */
  maxAge: durationSchema.optional(),
  /** Times in which no rotation starts. */
  freezeWindows: z
    .array(
      z
        .strictObject({ start: instant, end: instant })
        .refine((window) => Date.parse(window.start) < Date.parse(window.end), 'start must be before end'),
    )
    .max(100)
    .optional(),
});
export type RotationPolicy = z.infer<typeof rotationPolicySchema>;

export const policiesSchema = z.strictObject({
  allowReplace: z.boolean().default(false),
  allowAnonymous: z.boolean().default(false),
  allowIssuerEndpoint: z.boolean().default(false),
  trimScopes: z.boolean().default(false),
});
export type Policies = z.infer<typeof policiesSchema>;

export const environmentSchema = z.strictObject({
  class: z.enum(environmentClasses),
  clientMetadata: clientMetadataPatchSchema.optional(),
});

/** What `PUT /v1/applications/{applicationId}` takes; contents of one revision. */
export const applicationSchema = z.strictObject({
  clientMetadata: clientMetadataSchema,
  launchUris: z.array(uri).max(50).default([]),
  authMethods: z.array(z.enum(authMethods)).min(1).default(['client_secret_basic', 'client_secret_post']),
  environments: z.record(z.string(), environmentSchema).default({}),
  rotationPolicy: rotationPolicySchema.default({}),
  policies: policiesSchema.prefault({}),
});
export type Application = z.infer<typeof applicationSchema>;

/** JSON Merge Patch (RFC 7396): null removes a member, objects merge, everything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) return patch;
  const base = target !== null && typeof target === 'object' && !Array.isArray(target) ? target : {};
  const merged = new Map<string, unknown>(Object.entries(base));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  return Object.fromEntries(merged);
}

/** Application ← environment ← registration. */
export function effectiveMetadata(
  application: Application,
  environment: string,
  registrationPatch: unknown,
): ClientMetadata {
  const environmentPatch = application.environments[environment]?.clientMetadata ?? {};
  return mergePatch(
    mergePatch(application.clientMetadata, environmentPatch),
    registrationPatch ?? {},
  ) as ClientMetadata;
}

/** Application ← registration. */
export function policiesOf(application: Application, own: { readonly policies?: unknown }): Policies {
  return mergePatch(application.policies, own.policies ?? {}) as Policies;
}
