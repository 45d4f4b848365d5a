import type { Transaction } from 'kysely';
import type { Decision } from '../../../domain/ports/entityState.ts';
import { cleanText, jsonb } from '../json.ts';
import type { Database } from '../schema.ts';

/**
 * Inserts the intents of requests that decisions lead to. One that exists, or another open one of the registration,
 * fails the transaction: nothing of that decision is then written.
 */
export async function prepareRequests(
  trx: Transaction<Database>,
  decisions: readonly Decision[],
  preparedAt: string,
): Promise<void> {
  const rows = decisions.flatMap(({ registrationId, incarnation, afterSequence, transitions, prepares }) => {
    if (prepares === undefined) return [];
    const { intentId, operationId, kind, endpoint, clientName, request } = prepares;
    return [
      {
        intent_id: intentId,
        registration_id: registrationId,
        operation_id: operationId,
        kind,
        endpoint,
        client_name: cleanText(clientName),
        client_id: null,
        state: 'prepared',
        fence: 1,
        prepared_at: preparedAt,
        outcome: null,
        sequence: transitions.at(-1)?.sequence ?? afterSequence,
        incarnation,
        request: jsonb(request),
      },
    ];
  });
  if (rows.length > 0) await trx.insertInto('intents').values(rows).execute();
}
