import type { ProbeKnowledgeLedger } from '../../../domain/ports/ledgers/probeKnowledge.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import type { RecordsContext } from '../context.ts';
import { cleanText } from '../json.ts';

/** What control requests have shown, per token endpoint and authentication method; the last lesson counts. */
export function createProbeKnowledge({ db }: RecordsContext): ProbeKnowledgeLedger {
  return {
    async probeKnowledge(tokenEndpoint, authMethod) {
      const row = await db
        .selectFrom('probe_knowledge')
        .selectAll()
        .where('token_endpoint', '=', tokenEndpoint)
        .where('auth_method', '=', authMethod)
        .executeTakeFirst();
      if (row === undefined) return null;
      return {
        controlDiffers: row.control_differs,
        controlAnswer: row.control_answer,
        learnedAt: row.learned_at.getTime(),
      };
    },

    async learnProbe(tokenEndpoint, authMethod, { controlDiffers, controlAnswer, learnedAt }) {
      const lesson = {
        control_differs: controlDiffers,
        control_answer: cleanText(controlAnswer),
        learned_at: toRfc3339(learnedAt),
      };
      await db
        .insertInto('probe_knowledge')
        .values({ token_endpoint: tokenEndpoint, auth_method: authMethod, ...lesson })
        .onConflict((conflict) => conflict.columns(['token_endpoint', 'auth_method']).doUpdateSet(lesson))
        .execute();
    },
  };
}
