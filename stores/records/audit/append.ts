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

/** Appends to a chain whose head the transaction holds. */
export async function appendAudit(
  trx: Transaction<Database>,
  head: ChainHead,
  entries: readonly Entry[],
  mac: Mac,
): Promise<void> {
  let newest = head;
  const rows = entries.map(({ content, hash }) => {
    const link = nextLink(newest, hash, mac);
    newest = link;
    return toRow(content, link);
  });
  await inChunks(rows, async (some) => {
    const last = some.at(-1);
    if (last === undefined) return;
    await trx
      .with('appended', (statement) => statement.insertInto('audit').values(some))
      .updateTable('audit_head')
      .set({ position: last.position, hash: last.hash })
      .execute();
  });
}

export interface Subject {
  readonly subjectKind: SubjectKind;
  readonly subjectId: string;
}

/** Last audited sequence of each subject, in their order; 0 where there is none. */
export async function lastSequences(trx: Transaction<Database>, subjects: readonly Subject[]): Promise<number[]> {
  const found = new Map<string, number>();
  await inChunks(subjects, async (some) => {
    const rows = await trx
      .selectFrom('audit_keys')
      .select(['subject_kind', 'subject_id', sql<number>`max(sequence)`.as('last')])
      .where(({ eb, refTuple, tuple }) =>
        eb(
          refTuple('subject_kind', 'subject_id'),
          'in',
          some.map(({ subjectKind, subjectId }) => tuple(subjectKind, subjectId)),
        ),
      )
      .groupBy(['subject_kind', 'subject_id'])
      .execute();
    for (const row of rows) found.set(`${row.subject_kind} ${row.subject_id}`, row.last);
  });
  return subjects.map(({ subjectKind, subjectId }) => found.get(`${subjectKind} ${subjectId}`) ?? 0);
}

/** An event about an application, a tenant or a key. */
export interface AdministrativeEvent extends Subject {
  readonly subjectKind: Exclude<SubjectKind, 'registration'>;
  readonly type: AdministrativeEventType;
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly actor: string;
  readonly message: string;
  readonly changes?: Readonly<Record<string, { from: unknown; to: unknown }>>;
}

/** The entry of an administrative event under a sequence of its subject. */
export function administrativeEntry(event: AdministrativeEvent, sequence: number): Entry {
  return toEntry({
    ...event,
    sequence,
    reason: null,
    operationId: null,
    changes: event.changes ?? null,
    viewSha256: null,
  });
}

/** Audits an administrative event under the next sequence of its subject. The transaction must hold the chain. */
export async function recordAudit(
  trx: Transaction<Database>,
  head: ChainHead,
  event: AdministrativeEvent,
  mac: Mac,
): Promise<void> {
  const [last = 0] = await lastSequences(trx, [event]);
  await appendAudit(trx, head, [administrativeEntry(event, last + 1)], mac);
}
