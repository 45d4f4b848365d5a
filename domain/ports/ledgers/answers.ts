import type { Intent, ManagementToken, StoredAnswer } from '../../operations/intent.ts';

/** Sealed answers of peers, put away before anybody judges them (DESIGN section 5). */
export interface AnswerLedger {
  /**
   * sending → answered with the sealed answer and, at the same instant, the token's journal row. When the intent
   * was settled or taken over meanwhile `late` is returned: the answer of a request that leaves a client is kept as an
   * orphan with its token; that of any other, or about a client that a registration holds, as a late answer, with its
   * token in the journal, as it belongs to a client in use. Repeatable: the same answer again is
   * `stored` again, also after settlement.
   *
   * @param registrationId of the intent; looked up when the caller does not know it.
   */
  storeAnswer(
    intentId: string,
    fence: number,
    answer: StoredAnswer,
    token: ManagementToken | null,
    registrationId?: string,
  ): Promise<'stored' | 'late'>;
  /** The sealed answer of an `answered` intent; null when none is stored (any more). */
  readAnswer(intentId: string): Promise<StoredAnswer | null>;
  /** Keeps an answer sealed that nobody could use, beyond its intent. Once per id. */
  keepAnswer(kept: {
    id: string;
    intent: Pick<Intent, 'intentId' | 'registrationId' | 'kind'>;
    clientId: string | null;
    answer: StoredAnswer;
  }): Promise<void>;
}
