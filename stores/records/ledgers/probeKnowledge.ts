import { probeForms } from '../../../domain/credential/probeForms.ts';
import type { ProbeKnowledgeLedger } from '../../../domain/ports/ledgers/probeKnowledge.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import type { RecordsContext } from '../context.ts';
import { cleanText } from '../json.ts';

/**
 * What control requests have shown, per token endpoint, authentication method, kind of client and form of probe; the
 * last lesson counts.
 */
export function createProbeKnowledge({ db }: RecordsContext): ProbeKnowledgeLedger {
  return {
    async probeKnowledge({ tokenEndpoint, authMethod, grant }) {
      const rows = await db
        .selectFrom('probe_lessons')
        .selectAll()
        .where('token_endpoint', '=', tokenEndpoint)
        .where('auth_method', '=', authMethod)
        .where('grant_type', '=', grant)
        .execute();
      const known = probeForms.flatMap((form) => {
        const row = rows.find((one) => one.form === form);
        if (row === undefined) return [];
        const { control_differs: controlDiffers, control_answer: controlAnswer, learned_at } = row;
        return [[form, { controlDiffers, controlAnswer, learnedAt: learned_at.getTime() }] as const];
      });
      return Object.fromEntries(known);
    },

    async learnProbe({ tokenEndpoint, authMethod, grant }, form, { controlDiffers, controlAnswer, learnedAt }) {
      const lesson = {
        control_differs: controlDiffers,
        control_answer: cleanText(controlAnswer),
        learned_at: toRfc3339(learnedAt),
      };
      await db
        .insertInto('probe_lessons')
        .values({ token_endpoint: tokenEndpoint, auth_method: authMethod, grant_type: grant, form, ...lesson })
        .onConflict((conflict) =>
          conflict.columns(['token_endpoint', 'auth_method', 'grant_type', 'form']).doUpdateSet(lesson),
        )
        .execute();
    },
  };
}
