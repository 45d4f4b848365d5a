import { sql, type Transaction } from 'kysely';
import { inChunks } from '../chunks.ts';
import type { Database } from '../schema.ts';
import {
  type AdministrativeEventType,
  type ChainHead,
  type Entry,
  type Mac,
  nextLink,
  type SubjectKind,
  toEntry,
} from './chain.ts';
import { toRow } from './rows.ts';

/**
 * Takes the head of the chain and holds it to the commit: positions are therefore gapless and in commit order. It is
 * the first lock of every transaction that audits, so that no two of them wait for each other.
 */
export async function lockChain(trx: Transaction<Database>): Promise<ChainHead> {
  return trx.selectFrom('audit_head').select(['position', 'hash']).forUpdate().executeTakeFirstOrThrow();
}

/** Appends to a chain whose head the transaction holds; answers the new head. */
export async function appendAudit(
  trx: Transaction<Database>,
  head: ChainHead,
  entries: readonly Entry[],
  mac: Mac,
): Promise<ChainHead> {
  let newest = head;
  const rows = entries.map(({ content, hash }) => {
    const link = nextLink(newest, hash, mac);
    newest = link;
    return toRow(content, link);
  });
  if (rows.length === 0) return head;
  await inChunks(rows, (some) => trx.insertInto('audit').values(some).execute());
  await trx.updateTable('audit_head').set({ position: newest.position, hash: newest.hash }).execute();
  return newest;
}

/** Last audited sequence per subject; subjects without one are missing. */
export async function lastSequences(
  trx: Transaction<Database>,
  subjectKind: SubjectKind,
  subjectIds: readonly string[],
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  await inChunks(subjectIds, async (some) => {
    const rows = await trx
      .selectFrom('audit')
      .select(['subject_id', sql<number>`max(sequence)`.as('last')])
      .where('subject_kind', '=', subjectKind)
      .where('subject_id', 'in', [...some])
      .groupBy('subject_id')
      .execute();
    for (const row of rows) found.set(row.subject_id, row.last);
  });
  return found;
}

/** An event about an application, a tenant or a key. */
export interface AdministrativeEvent {
  readonly subjectKind: Exclude<SubjectKind, 'registration'>;
  readonly subjectId: string;
  readonly type: AdministrativeEventType;
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly actor: string;
  readonly message: string;
  readonly changes?: Readonly<Record<string, { from: unknown; to: unknown }>>;
}

/** Audits an administrative event under the next sequence of its subject. The transaction must hold the chain. */
export async function recordAudit(
  trx: Transaction<Database>,
  head: ChainHead,
  event: AdministrativeEvent,
  mac: Mac,
): Promise<ChainHead> {
  const last = await lastSequences(trx, event.subjectKind, [event.subjectId]);
  const entry = toEntry({
    ...event,
    sequence: (last.get(event.subjectId) ?? 0) + 1,
    reason: null,
    operationId: null,
    changes: event.changes ?? null,
    viewSha256: null,
  });
  return appendAudit(trx, head, [entry], mac);
}
