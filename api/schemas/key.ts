import { z } from 'zod';
import { roles } from '../../domain/words.ts';
import { displayName, idPart, instant, instantText, word } from './common.ts';

const bound = z.array(idPart).min(1).max(1000);

export const keyBody = z.strictObject({
  name: displayName,
  role: z.enum(roles),
  tenantIds: bound.optional().describe('What the key may see; left out: every tenant'),
  applicationIds: bound.optional().describe('What the key may see; left out: every application'),
  expiresAt: instant.optional().describe('90 days from now when left out'),
});

/** The only answer that carries a key. */
export const newKey = z.object({ keyId: z.string(), key: z.string() });

export const keyView = z.object({
  keyId: z.string(),
  name: z.string(),
  role: word(roles),
  tenantIds: z.array(z.string()).nullable(),
  applicationIds: z.array(z.string()).nullable(),
  createdAt: instantText,
  expiresAt: instantText.nullable(),
  revokedAt: instantText.nullable(),
});

export const sessionBody = z.strictObject({
  key: z.string().min(1).max(200).meta({ format: 'password', writeOnly: true }),
});

export const sessionView = z.object({ csrfToken: z.string(), role: word(roles), expiresAt: instantText });
