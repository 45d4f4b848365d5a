import { z } from 'zod';
import type { VendorError } from '../../credential/vendorErrors.ts';
import { claim, httpsUrl, id, line } from './schema.ts';

/** Part of a peer's text; short ones would fit what they do not mean. */
const part = line.min(8).max(200);

const entry = z.strictObject({
  name: id,
  when: z
    .strictObject({
      status: z.number().int().min(400).max(599).optional(),
      error: z
        .string()
        .regex(/^[a-z_]{3,60}$/, 'must be an OAuth error code')
        .optional(),
      errorUri: part.optional(),
      description: part.optional(),
    })
    .refine(
      ({ errorUri, description }) => errorUri !== undefined || description !== undefined,
      'must name "errorUri" or "description": status and code alone mean what they say',
    ),
  verdict: z.enum(['good', 'rejected', 'inconclusive']),
  meaning: line.max(300),
  sources: claim,
});

/** One YAML file of `playbooks/errors/`, parsed: answers of a vendor that mean something else than their code says. */
export const vendorErrorsSchema = z
  .strictObject({
    vendor: line.max(60),
    errors: z.array(entry).min(1).max(30),
    sources: z.array(z.strictObject({ id, title: line.max(200), url: httpsUrl.nullable() })).max(20),
  })
  .superRefine(({ errors, sources }, context) => {
    const known = new Set(sources.map((source) => source.id));
    const used = new Set(errors.flatMap((error) => error.sources));
    for (const [index, error] of errors.entries())
      for (const name of error.sources)
        if (!known.has(name))
          context.addIssue({
            code: 'custom',
            path: ['errors', index, 'sources'],
            message: `"${name}" is not among "sources"`,
          });
    for (const name of known)
      if (!used.has(name))
        context.addIssue({ code: 'custom', path: ['sources'], message: `"${name}" is used nowhere` });
  });

/** The entries without what only people read. */
export function entriesOf(file: z.infer<typeof vendorErrorsSchema>): VendorError[] {
  return file.errors.map(({ name, when, verdict, meaning }) => ({ name, when, verdict, meaning }));
}
