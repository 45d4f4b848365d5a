import { z } from 'zod';
import { policiesSchema, rotationPolicySchema } from '../../../domain/client/metadata.ts';
import { rolloutClasses } from '../../../domain/client/rollout.ts';
import { registrationMetadata } from '../application.ts';
import { reasonText, word } from '../common.ts';
import { discoveryHeaders } from '../tenant.ts';

/** Each member as it is, or null: a merge patch (RFC 7396) takes it away with that. */
function removable<Shape extends z.ZodRawShape>(shape: Shape, schemaOf: (name: keyof Shape) => z.ZodType) {
  return z.strictObject(
    Object.fromEntries(Object.keys(shape).map((name) => [name, schemaOf(name).nullable().optional()])),
  );
}

/** Merge patch on the client metadata that the registration sets itself; null gives a member back to the application. */
const metadataPatch = z.record(z.string(), z.unknown()).superRefine((patch, context) => {
  const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== null));
  const judged = registrationMetadata.safeParse(given);
  for (const { path, message } of judged.error?.issues ?? []) context.addIssue({ code: 'custom', path, message });
});

const changes = {
  clientMetadata: metadataPatch.nullable().optional(),
  rotationPolicy: removable(rotationPolicySchema.shape, (name) => rotationPolicySchema.shape[name])
    .nullable()
    .optional(),
  policies: removable(policiesSchema.shape, () => z.boolean())
    .nullable()
    .optional(),
  revision: z.number().int().min(1).optional().describe('Of the application; left out = the newest'),
};

/** Each of these is another operation than a change of the client: it comes alone. */
const alone = {
  shareWith: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Registration whose client this one uses from now on, instead of getting its own; comes alone'),
  discoveryHeaders: discoveryHeaders
    .optional()
    .describe('Take the place of those before, {} removes them; the documents are read again; comes alone'),
};

/** What `PATCH /v1/registrations/{registrationId}` takes. */
export const registrationPatch = z
  .strictObject({ ...changes, ...alone, reason: reasonText.optional() })
  .superRefine((body, context) => {
    const given = Object.keys(body).filter(
      (name) => name !== 'reason' && body[name as keyof typeof body] !== undefined,
    );
    const members = [...Object.keys(changes), ...Object.keys(alone)].join(', ');
    if (given.length === 0) context.addIssue({ code: 'custom', message: `changes nothing; give one of ${members}` });
    const single = given.find((name) => Object.hasOwn(alone, name));
    if (single !== undefined && given.length > 1)
      context.addIssue({ code: 'custom', path: [single], message: 'comes alone; send the other changes apart' });
  });
export type RegistrationPatch = z.output<typeof registrationPatch>;

export const rolloutBody = z.strictObject({
  revision: z.number().int().min(1),
  dryRun: z.boolean().describe('Only true in this version'),
});

const item = z.object({
  registrationId: z.string(),
  class: word(rolloutClasses),
  reason: z.string(),
  message: z.string(),
  members: z.array(z.string()).describe('Names of the client metadata that change'),
  appliedRevision: z.number().int().nullable(),
});

/** One page of a dry run: `limit` registrations are looked at, those that would change are listed. */
export const rolloutView = z.object({
  applicationId: z.string(),
  revision: z.number().int(),
  dryRun: z.literal(true),
  items: z.array(item),
  unchanged: z.number().int().describe('Registrations of this page with nothing to change'),
  nextCursor: z.string().optional(),
});
