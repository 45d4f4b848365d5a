import { z } from 'zod';
import { instantText } from './common.ts';

const counts = z.record(z.string(), z.number().int());

export const summaryView = z.object({
  phases: counts,
  credentialHealth: counts,
  needsAttention: z.number().int(),
  expiring: z.array(z.object({ from: instantText, to: instantText, count: z.number().int() })),
  pausedOrigins: z
    .array(
      z.object({
        origin: z.string(),
        reason: z.literal('OriginVerdictsBad'),
        message: z.string(),
        pausedUntil: instantText.nullable(),
        registrations: z.number().int(),
      }),
    )
    .describe('Servers whose proofs pause, as too many turned bad together; a hundred at most'),
});

/** A client that may exist at an authorization server and that no registration holds. */
export const orphanView = z.object({
  orphanId: z.string(),
  registrationId: z.string(),
  tokenEndpoint: z.string().nullable(),
  registrationEndpoint: z.string(),
  clientId: z.string().nullable(),
  clientName: z.string(),
  reason: z.string(),
  since: instantText,
  hasManagementToken: z.boolean(),
});

export const healthView = z.object({ status: z.literal('ok') });

export const checkNames = ['database', 'temporal', 'secretStore'] as const;

export const readinessView = z.object({
  status: z.enum(['ready', 'not-ready']),
  checks: z.record(z.enum(checkNames), z.enum(['ok', 'failing'])),
  spooledAnswers: z
    .int()
    .optional()
    .describe('Answers of health systems that wait on the disk of this instance for the database; no obstacle'),
  pausedOrigins: z
    .int()
    .optional()
    .describe('Servers whose proofs pause, as too many turned bad together; `/v1/summary` names them; no obstacle'),
});
