import { type Selectable, sql } from 'kysely';
import type { Intent, IntentState, Settlement, StoredAnswer } from '../../../domain/operations/intent.ts';
import { kindsWhileRetiring } from '../../../domain/operations/requestKinds.ts';
import type { AnswerLedger } from '../../../domain/ports/ledgers/answers.ts';
import type { IntentLedger } from '../../../domain/ports/ledgers/intents.ts';
import { RecordsError } from '../../../domain/ports/recordsError.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import type { RecordsContext } from '../context.ts';
import { isUniqueViolation } from '../errors.ts';
import { cleanText, jsonb } from '../json.ts';
import type { Database } from '../schema.ts';
import { openJson } from '../sealed.ts';

type NewIntent = Parameters<IntentLedger['prepareIntent']>[0];

const toMilliseconds = (time: Date | null) => time?.getTime() ?? null;

export function toIntent(row: Selectable<Database['intents']>): Intent {
  return {
    intentId: row.intent_id,
    registrationId: row.registration_id,
    operationId: row.operation_id,
    kind: row.kind,
    endpoint: row.endpoint,
    clientName: row.client_name,
    clientId: row.client_id,
    state: row.state as IntentState,
    fence: row.fence,
    preparedAt: row.prepared_at.getTime(),
    sendingAt: toMilliseconds(row.sending_at),
    answeredAt: toMilliseconds(row.answered_at),
    settlement: row.settlement as Settlement | null,
    metadata:
      row.metadata_revision === null || row.own_metadata_revision === null
        ? null
        : { revision: row.metadata_revision, ownRevision: row.own_metadata_revision },
    answerBy: toMilliseconds(row.answer_by),
    spooledAtInstance: row.spooled_at_instance,
    outcome: row.outcome,
  };
}

/** So many milliseconds after a time, or before one. */
const later = (time: ReturnType<typeof sql>, milliseconds: number) =>
  sql<string>`${time} + ${milliseconds}::double precision * interval '1 millisecond'`;
const databaseNow = sql`now_of_registrar()`;

/** Where the registration has not moved on, nor stopped. Other subjects have no row: a Keycloak realm has none. */
const mayBeSent = (whileRetiring: boolean) => sql<boolean>`not exists (
  select 1 from registrations as r
  where r.registration_id = intents.registration_id
    and (r.phase in ('suspended', 'retiring', 'retired') and not ${whileRetiring}::boolean
      or intents.sequence is not null and r.sequence <> intents.sequence
      or intents.incarnation is not null and r.incarnation <> intents.incarnation))`;

/** Intent rows (DESIGN section 5): every step is one compare-and-swap statement. */
export function createIntents({ db, sealer, clock }: RecordsContext): IntentLedger & Pick<AnswerLedger, 'readAnswer'> {
  const now = () => toRfc3339(clock.now());

  async function find(intentId: string): Promise<Intent | null> {
    const row = await db.selectFrom('intents').selectAll().where('intent_id', '=', intentId).executeTakeFirst();
    return row === undefined ? null : toIntent(row);
  }

  async function insertOrTakeOver(intent: NewIntent): Promise<Intent | null> {
    const row = await db
      .insertInto('intents')
      .values({
        intent_id: intent.intentId,
        registration_id: intent.registrationId,
        operation_id: intent.operationId,
        kind: intent.kind,
        endpoint: intent.endpoint,
        client_name: cleanText(intent.clientName),
        client_id: intent.clientId,
        state: 'prepared',
        fence: 1,
        prepared_at: now(),
        outcome: null,
        metadata_revision: intent.metadata?.revision ?? null,
        own_metadata_revision: intent.metadata?.ownRevision ?? null,
        step_ends_at: intent.stepEndsIn === undefined ? null : later(databaseNow, intent.stepEndsIn),
        sequence: intent.decidedAt ?? null,
        incarnation: intent.incarnation ?? null,
        request: intent.request === undefined ? null : jsonb(intent.request),
      })
      .onConflict((conflict) =>
        conflict
          .column('intent_id')
          .doUpdateSet((eb) => ({
            fence: eb('intents.fence', '+', 1),
            step_ends_at: eb.ref('excluded.step_ends_at'),
          }))
          .where('intents.state', '=', 'prepared')
          .whereRef('intents.registration_id', '=', 'excluded.registration_id'),
      )
      .returningAll()
      .executeTakeFirst();
    return row === undefined ? null : toIntent(row);
  }

  /** Two first tries of one intent can meet in the index of open intents before they meet in the primary key. */
  async function insertOrFind(intent: NewIntent): Promise<Intent | null> {
    try {
      return (await insertOrTakeOver(intent)) ?? (await find(intent.intentId));
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const existing = await find(intent.intentId);
      if (existing === null)
        throw new RecordsError('open-intent', `Registration ${intent.registrationId} has another unsettled request.`);
      return insertOrTakeOver(intent);
    }
  }

  return {
    intent: find,

    async openIntents({ prefix, before, limit }) {
      const rows = await db
        .selectFrom('intents')
        .selectAll()
        .where('state', '!=', 'settled')
        .where('registration_id', '>=', prefix)
        // Ids have collation C: the next text that does not begin so.
        .where('registration_id', '<', `${prefix}\u{10ffff}`)
        .where('prepared_at', '<', new Date(before))
        .orderBy('prepared_at')
        .limit(limit)
        .execute();
      return rows.map(toIntent);
    },

    async prepareIntent(intent) {
      const row = (await insertOrFind(intent)) ?? (await find(intent.intentId));
      if (row === null || row.registrationId !== intent.registrationId)
        throw new RecordsError('exists', `Request ${intent.intentId} belongs to another registration.`);
      return row;
    },

    async markSending(intentId, fence, answerWithin) {
      const { numUpdatedRows } = await db
        .updateTable('intents')
        .set({ state: 'sending', sending_at: now(), answer_by: later(databaseNow, answerWithin) })
        .where('intent_id', '=', intentId)
        .where('state', '=', 'prepared')
        .where('fence', '=', fence)
        .where(sql<boolean>`(step_ends_at is null or step_ends_at > ${databaseNow})`)
        .where((eb) => eb.or([eb.and([eb('kind', 'in', [...kindsWhileRetiring]), mayBeSent(true)]), mayBeSent(false)]))
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },

    async settleMissing({ intentId, registrationId, operationId, kind, outcome }) {
      const at = now();
      await db
        .insertInto('intents')
        .values({
          intent_id: intentId,
          registration_id: registrationId,
          operation_id: operationId,
          kind,
          endpoint: '',
          client_name: '',
          client_id: null,
          state: 'settled',
          fence: 1,
          prepared_at: at,
          settled_at: at,
          settlement: 'not-sent',
          outcome: jsonb(outcome),
          request: null,
        })
        .onConflict((conflict) => conflict.column('intent_id').doNothing())
        .execute();
      const row = await find(intentId);
      if (row?.registrationId === registrationId) return row;
      throw new RecordsError('exists', `Request ${intentId} belongs to another registration.`);
    },

    async answerAwaited(intentId, after) {
      const row = await db
        .selectFrom('intents')
        .select(
          sql<number>`extract(epoch from ${later(sql`coalesce(answer_by, sending_at)`, after)} - ${databaseNow})::double precision * 1000`.as(
            'remaining',
          ),
        )
        .where('intent_id', '=', intentId)
        .executeTakeFirst();
      return Math.max(0, Math.ceil(row?.remaining ?? 0));
    },

    async markSpooled(intentId, instance) {
      await db
        .updateTable('intents')
        .set({ spooled_at_instance: instance })
        .where('intent_id', '=', intentId)
        .where('state', '=', 'sending')
        .execute();
    },

    async readAnswer(intentId) {
      const row = await db
        .selectFrom('intents')
        .select('sealed_answer')
        .where('intent_id', '=', intentId)
        .where('state', '=', 'answered')
        .executeTakeFirst();
      if (row === undefined || row.sealed_answer === null) return null;
      return openJson<StoredAnswer>(sealer, ['intents.answer', intentId], row.sealed_answer);
    },

    async lastUpdateFailure(registrationId) {
      const row = await db
        .selectFrom('intents')
        .select('outcome')
        .where('registration_id', '=', registrationId)
        .where('kind', '=', 'update')
        .where('state', '=', 'settled')
        .orderBy('settled_at', 'desc')
        .limit(1)
        .executeTakeFirst();
      const outcome = row?.outcome as { readonly failure?: { readonly status?: unknown } } | null | undefined;
      const status = outcome?.failure?.status;
      return typeof status === 'number' ? status : null;
    },

    async settleIntent(intentId, settlement, outcome) {
      const { numUpdatedRows } = await db
        .updateTable('intents')
        .set({ state: 'settled', settlement, outcome: jsonb(outcome), settled_at: now(), sealed_answer: null })
        .where('intent_id', '=', intentId)
        .where('state', '!=', 'settled')
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
  };
}
