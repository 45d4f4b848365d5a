import { z } from 'zod';
import { reasons } from '../../domain/reasons/index.ts';
import { releases } from '../../domain/registration/hold.ts';
import { problems } from '../problems/problem.ts';
import { word } from './common.ts';

/** RFC 9457 problem details. */
export const problemSchema = z
  .object({
    type: z.string().meta({
      description: 'urn:smart-registrar:problem:{name}',
      examples: Object.keys(problems).map((name) => `urn:smart-registrar:problem:${name}`),
    }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    instance: z.string().optional(),
    reason: word(Object.keys(reasons)).optional(),
    releasedBy: z.array(word(releases)).optional().describe('Of hold-not-released: the operations that do release it'),
    errors: z
      .array(z.object({ pointer: z.string().optional(), parameter: z.string().optional(), message: z.string() }))
      .optional(),
  })
  .meta({ id: 'Problem' });
