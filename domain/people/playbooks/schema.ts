import { z } from 'zod';
import { durationSchema } from '../../client/metadata.ts';
import { isUriText } from '../../text/webUrl.ts';
import { type Playbook, parties, pasteBackFields, playbookDialects } from './playbook.ts';

export const id = z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'must be kebab-case');
/** One line for people. */
export const line = z
  .string()
  .min(1)
  .max(600)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u, 'must be one line of text');
export const httpsUrl = z
  .url({ protocol: /^https$/ })
  .max(500)
  .refine(isUriText, 'must hold characters of a URI only');
const duration = z
  .union([durationSchema, z.literal('unknown')])
  .transform((text) => (text === 'unknown' ? null : text));
export const sources = z.array(id).max(5);
/** A claim: without a source it cannot be made. */
export const claim = sources.min(1, 'must name at least one source, or say "unknown"');

const hostPattern = z.string().regex(/^(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+$/, 'must be a host name in lower case');
const limit = z.strictObject({
  hosts: z.array(hostPattern).min(1).max(20),
  perMinute: z.int().min(2).max(100_000),
  group: id.nullable(),
  sources: claim,
});

const step = z.strictObject({
  title: line.max(80),
  text: line,
  who: z.enum(parties),
  expectedWait: duration,
  sources,
});

const shape = z.strictObject({
  id,
  vendor: line.max(60),
  portal: httpsUrl.nullable(),
  recognise: z.strictObject({
    hosts: z.array(hostPattern),
    paths: z.array(z.string().regex(/^\/[^A-Z?#\s]*\/$/, 'must be in lower case and begin and end with a slash')),
    sources,
  }),
  certified: z.strictObject({
    answer: z.enum(['yes', 'no', 'unknown']),
    developer: line.max(100).nullable(),
    sources,
  }),
  scopes: z.strictObject({ dialect: z.enum(playbookDialects), sources }),
  distribution: z.strictObject({ longest: duration, sources }),
  limits: z.array(limit).max(10).default([]),
  steps: z.array(step).min(1).max(20),
  pasteBack: z
    .array(
      z.strictObject({
        field: z.enum(pasteBackFields),
        label: line.max(80),
        where: line.max(300),
        required: z.boolean(),
        sources,
      }),
    )
    .min(1)
    .max(10),
  notes: z.array(z.strictObject({ text: line, sources: claim })).max(20),
  sources: z.array(z.strictObject({ id, title: line.max(200), url: httpsUrl.nullable() })).max(20),
});

type Shape = z.infer<typeof shape>;

/** One YAML file of `playbooks/`, parsed. What is not known says so; everything else names its source. */
export const playbookSchema = shape.superRefine(checkClaims).superRefine(checkFields) satisfies z.ZodType<Playbook>;

function checkClaims(playbook: Shape, context: z.RefinementCtx): void {
  const known = new Set(playbook.sources.map((source) => source.id));
  const used = new Set<string>();
  for (const [path, names] of claimsOf(playbook)) {
    for (const name of names) {
      used.add(name);
      if (!known.has(name)) context.addIssue({ code: 'custom', path, message: `"${name}" is not among "sources"` });
    }
  }
  for (const name of known)
    if (!used.has(name)) context.addIssue({ code: 'custom', path: ['sources'], message: `"${name}" is used nowhere` });
  const { certified, scopes, distribution, recognise } = playbook;
  const made: readonly (readonly [string, boolean, readonly string[]])[] = [
    ['certified', certified.answer !== 'unknown', certified.sources],
    ['scopes', scopes.dialect !== 'unknown', scopes.sources],
    ['distribution', distribution.longest !== null, distribution.sources],
    ['recognise', recognise.hosts.length + recognise.paths.length > 0, recognise.sources],
  ];
  for (const [member, isClaim, names] of made)
    if (isClaim && names.length === 0)
      context.addIssue({ code: 'custom', path: [member, 'sources'], message: 'must name at least one source' });
}

function claimsOf(playbook: Shape): [(string | number)[], readonly string[]][] {
  const listed = (['limits', 'steps', 'pasteBack', 'notes'] as const).flatMap((member) =>
    playbook[member].map((item, index): [(string | number)[], readonly string[]] => [
      [member, index, 'sources'],
      item.sources,
    ]),
  );
  const single = (['recognise', 'certified', 'scopes', 'distribution'] as const).map(
    (member): [(string | number)[], readonly string[]] => [[member, 'sources'], playbook[member].sources],
  );
  return [...listed, ...single];
}

function checkFields({ certified, pasteBack }: Shape, context: z.RefinementCtx): void {
  if (certified.answer === 'yes' && certified.developer === null)
    context.addIssue({
      code: 'custom',
      path: ['certified', 'developer'],
      message: 'must be named: it owes the clocks',
    });
  const fields = pasteBack.map(({ field }) => field);
  if (!fields.includes('clientId'))
    context.addIssue({ code: 'custom', path: ['pasteBack'], message: '"clientId" is always brought back' });
  for (const field of new Set(fields))
    if (fields.filter((other) => other === field).length > 1)
      context.addIssue({ code: 'custom', path: ['pasteBack'], message: `"${field}" stands there twice` });
}
