import { type Kysely, type QueryCreator, sql, type Transaction, type Updateable } from 'kysely';
import type { Intent, ManagementToken, StoredAnswer } from '../../../domain/operations/intent.ts';
import { traitsOf } from '../../../domain/operations/requestKinds.ts';
import type { AnswerLedger } from '../../../domain/ports/ledgers/answers.ts';
import type { NewOrphan } from '../../../domain/ports/ledgers/orphans.ts';
import { RecordsError } from '../../../domain/ports/recordsError.ts';
import type { RegistrationView } from '../../../domain/registration/view.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import type { RecordsContext } from '../context.ts';
import { canonicalJson, cleanText, sha256 } from '../json.ts';
import type { Database } from '../schema.ts';
import { sealJson } from '../sealed.ts';
import { toIntent } from './intents.ts';
import { insertManagementToken, managementTokenRow, pruneTokens, renewToken } from './managementTokens.ts';
import { insertOrphan } from './orphans.ts';

/** A client id as RFC 6749 appendix A.1 has it, of a length that can be shown; null when the answer has none. */
export function clientIdIn(answer: StoredAnswer): string | null {
  try {
    const body: unknown = JSON.parse(answer.body);
    const clientId = body !== null && typeof body === 'object' && 'client_id' in body ? body.client_id : null;
    return typeof clientId === 'string' && /^[\x20-\x7e]{1,200}$/.test(clientId) ? clientId : null;
  } catch {
    return null;
  }
}

async function tokenEndpointOf(trx: Transaction<Database>, registrationId: string): Promise<string | null> {
  const row = await trx
    .selectFrom('registrations')
    .select('view')
    .where('registration_id', '=', registrationId)
    .executeTakeFirst();
  return (row?.view as RegistrationView | undefined)?.discovery?.tokenEndpoint ?? null;
}

/** The client that a late answer tells of; one request gives one orphan, however often its answer is stored. */
function lateOrphan(
  intent: Intent,
  fence: number,
  answer: StoredAnswer,
  token: ManagementToken | null,
  tokenEndpoint: string | null,
): NewOrphan {
  return {
    orphanId: `${intent.intentId}-${fence}`,
    registrationId: intent.registrationId,
    tokenEndpoint,
    registrationEndpoint: intent.endpoint,
    clientId: token?.clientId ?? clientIdIn(answer) ?? intent.clientId,
    clientName: intent.clientName,
    reason: 'AnswerLate',
    since: answer.receivedAt,
    token,
  };
}

/** Puts a peer's answer away before anybody judges it (DESIGN section 5). */
export function createAnswers({ db, sealer, clock }: RecordsContext): Pick<AnswerLedger, 'storeAnswer' | 'keepAnswer'> {
  async function keepLate(
    trx: Transaction<Database>,
    intent: Intent,
    fence: number,
    answer: StoredAnswer,
    token: ManagementToken | null,
  ): Promise<void> {
    if (traitsOf(intent.kind).leavesClient) {
      const tokenEndpoint = await tokenEndpointOf(trx, intent.registrationId);
      if (await insertOrphan(trx, sealer, lateOrphan(intent, fence, answer, token, tokenEndpoint), answer)) return;
    }
    // It tells of a client that is in use: the settlement ladder needs its token.
    const clientId = token?.clientId ?? clientIdIn(answer) ?? intent.clientId;
    if (token !== null) await insertManagementToken(trx, sealer, intent.registrationId, { ...token, clientId });
    await insertLate(trx, { id: `${intent.intentId}-${fence}`, intent, clientId, answer });
  }

  /** Once per id. */
  async function insertLate(
    into: Kysely<Database>,
    { id, intent, clientId, answer }: Parameters<AnswerLedger['keepAnswer']>[0],
  ): Promise<void> {
    await into
      .insertInto('late_answers')
      .values({
        id,
        registration_id: intent.registrationId,
        intent_id: intent.intentId,
        kind: intent.kind,
        client_id: clientId === null ? null : cleanText(clientId),
        received_at: toRfc3339(answer.receivedAt),
        sealed_answer: sealJson(sealer, ['late_answers.answer', id], answer),
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }

  async function registrationOf(intentId: string): Promise<string> {
    const intents = db.selectFrom('intents').select('registration_id').where('intent_id', '=', intentId);
    return (await intents.executeTakeFirst())?.registration_id ?? unknown(intentId);
  }

  /** Answer and token in one statement, unless the intent was settled or taken over. */
  async function storeInTime(
    intentId: string,
    fence: number,
    registrationId: string,
    answer: Pick<Updateable<Database['intents']>, 'answer_sha256' | 'sealed_answer'>,
    token: ManagementToken | null,
  ): Promise<boolean> {
    const answered = (statement: QueryCreator<Database>) =>
      statement
        .updateTable('intents')
        .set({ state: 'answered', answered_at: toRfc3339(clock.now()), ...answer })
        .where('intent_id', '=', intentId)
        .where('registration_id', '=', registrationId)
        .where('state', '=', 'sending')
        .where('fence', '=', fence)
        .returning(['registration_id', 'kind']);
    if (token === null) return (await answered(db).executeTakeFirst()) !== undefined;
    const row = managementTokenRow(sealer, registrationId, token);
    const stored = await db
      .with('answered', answered)
      .with('journalled', (statement) =>
        statement
          .insertInto('management_tokens')
          .columns(['registration_id', 'token_sha256', 'received_at', 'sealed_token', 'client_id'])
          .expression(
            statement
              .selectFrom('answered')
              .select([
                'registration_id',
                sql<string>`${row.token_sha256}::text`.as('token_sha256'),
                sql<string>`${row.received_at}::timestamptz`.as('received_at'),
                sql<Uint8Array>`${row.sealed_token}::bytea`.as('sealed_token'),
                sql<string | null>`${row.client_id}::text`.as('client_id'),
              ]),
          )
          .onConflict(renewToken),
      )
      .selectFrom('answered')
      .select(['registration_id', 'kind'])
      .executeTakeFirst();
    // The first token of a client is never one too many.
    if (stored !== undefined && stored.kind !== 'register') await pruneTokens(db, registrationId, row.client_id);
    return stored !== undefined;
  }

  return {
    keepAnswer: (kept) => insertLate(db, kept),

    async storeAnswer(intentId, fence, answer, token, registrationId) {
      const hash = sha256(canonicalJson(answer));
      const sealed = sealJson(sealer, ['intents.answer', intentId], answer);
      const kept = { answer_sha256: hash, sealed_answer: sealed };
      if (await storeInTime(intentId, fence, registrationId ?? (await registrationOf(intentId)), kept, token))
        return 'stored';
      return db.transaction().execute(async (trx) => {
        const row = await trx.selectFrom('intents').selectAll().where('intent_id', '=', intentId).executeTakeFirst();
        if (row === undefined) return unknown(intentId);
        // The commit of an earlier try may have gone through unseen, or a spool file is drained again.
        if (row.fence === fence && row.answer_sha256 === hash) return 'stored';
        await keepLate(trx, toIntent(row), fence, answer, token);
        return 'late';
      });
    },
  };
}

function unknown(intentId: string): never {
  throw new RecordsError('not-found', `There is no request ${intentId}.`);
}
