import type { ManagementToken, StoredAnswer } from '../../operations/intent.ts';

/** Sealed answers of peers, put away before anybody judges them (DESIGN section 5). */
export interface AnswerLedger {
  /**
   * sending → answered with the sealed answer and, at the same instant, the token's journal row. When the intent
   * was settled or taken over meanwhile the answer is kept as an orphan with its token, and `late` is returned; the
   * token of a late update is journalled too, as it belongs to the client in use. Repeatable: the same answer again is
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
}
