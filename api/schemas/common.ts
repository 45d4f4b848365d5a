import { z } from 'zod';
import { idPartRule } from '../../domain/ids.ts';

/** Tenant, application, environment or endpoint id. */
export const idPart = z
  .string()
  .max(40, `must be ${idPartRule}`)
  .regex(/^(?!.*--)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, `must be ${idPartRule}`);

/** A name for people: one line, not blank. */
export const displayName = z
  .string()
  .max(200)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*[^\p{Cc}\p{Z}][^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'must be one line of text, not blank');

/** RFC 3339 UTC. */
export const instant = z.iso.datetime({ offset: false });

/** Times in answers are made by us: documented, not checked again. */
export const instantText = z.string().meta({ format: 'date-time' });

/**
 * A word of a closed vocabulary in an answer. Documented, not checked: rows written by another version may hold a word
 * that this one does not know, and must stay readable.
 */
export function word(vocabulary: readonly string[]) {
  return z.string().meta({ enum: [...vocabulary] });
}

/** A route without query parameters refuses every one. */
export const noQuery = z.strictObject({});

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(500).default(50).describe('Most items of one page'),
  cursor: z.string().min(1).max(1000).optional().describe('`nextCursor` of the page before'),
};

/** A page of a list; `nextCursor` is there while more follows. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().optional() });
}

/** Why a caller wants something. */
export const reasonText = z.string().max(500).describe('Shown in the timeline');

/** Body of an action: nothing, or why. */
export const reasonBody = z.strictObject({ reason: reasonText.optional() }).optional();

export const links = z.object({ self: z.string(), events: z.string() });

/** Where a registration and its timeline are. */
export function linksOf(registrationId: string): z.infer<typeof links> {
  const self = `/v1/registrations/${registrationId}`;
  return { self, events: `${self}/events` };
}
