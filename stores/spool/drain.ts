import type { AnswerLedger } from '../../domain/ports/ledgers/answers.ts';
import { RecordsError } from '../../domain/ports/recordsError.ts';
import type { Spool, UnreadableFile } from './spool.ts';

export interface DrainReport {
  /** Answers that are in the database now. */
  readonly stored: number;
  /** Entries that the database did not take; they stay in the spool. */
  readonly kept: readonly UnreadableFile[];
  readonly unreadable: readonly UnreadableFile[];
}

/**
 * Moves answers from the spool into the database; a file is removed only once its answer is stored. Repeatable, and
 * safe beside writers. Stops early while the database is away.
 */
export async function drain(spool: Spool, records: Pick<AnswerLedger, 'storeAnswer'>): Promise<DrainReport> {
  const { entries, unreadable } = await spool.entries();
  const kept: UnreadableFile[] = [];
  let stored = 0;
  let away: string | null = null;
  for (const { id, entry } of entries) {
    if (away !== null) {
      kept.push({ id, reason: away });
      continue;
    }
    try {
      await records.storeAnswer(entry.intentId, entry.fence, entry.answer, entry.token);
    } catch (error) {
      const reason = error instanceof RecordsError ? error.message : 'the database refused it';
      if (!(error instanceof RecordsError) || error.code === 'unavailable') away = reason;
      kept.push({ id, reason });
      continue;
    }
    await spool.remove(id);
    stored += 1;
  }
  return { stored, kept, unreadable };
}
