import { type Kysely, sql } from 'kysely';
import { type Clock, toRfc3339 } from '../../../domain/time/clock.ts';
import { toRecordsError } from '../errors.ts';
import type { Database } from '../schema.ts';
import {
  type Anchor,
  type ChainHead,
  type ChainProblem,
  genesis,
  isGenuineAnchor,
  judgeLink,
  type Mac,
  makeAnchor,
  type VerifyMac,
} from './chain.ts';
import { contentOf, linkOf } from './rows.ts';

export interface AuditVerdict {
  readonly ok: boolean;
  /** Rows found good. */
  readonly checked: number;
  readonly firstBad?: { readonly position: number; readonly problem: ChainProblem } | undefined;
}

const pageSize = 1000;

/** Rows in chain order, some at a time, so that a long audit is never in memory whole. */
export async function* auditRows(db: Kysely<Database>) {
  let after = 0;
  for (;;) {
    const rows = await db
      .selectFrom('audit')
      .selectAll()
      .where('position', '>', after)
      .orderBy('position')
      .limit(pageSize)
      .execute();
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.position;
  }
}

/** Head and last row in one snapshot: a writer between two reads must not look like damage. */
async function ends(db: Kysely<Database>): Promise<{ head: ChainHead; lastRow: number }> {
  const { rows } = await sql<{ position: number; hash: string; last: number | null }>`
    select position, hash, (select max(position) from audit) as last from audit_head`.execute(db);
  const [row] = rows;
  return { head: row ?? genesis, lastRow: row?.last ?? 0 };
}

/**
 * Recomputes the whole chain: an edited, deleted, inserted or reordered row shows, and with an anchor from outside a
 * cut-off end too. May run while others write. Rejects with RecordsError.
 */
export async function verifyAudit(db: Kysely<Database>, verifyMac: VerifyMac, anchor?: Anchor): Promise<AuditVerdict> {
  try {
    return await verifyChain(db, verifyMac, anchor);
  } catch (error) {
    throw toRecordsError(error);
  }
}

async function verifyChain(
  db: Kysely<Database>,
  verifyMac: VerifyMac,
  anchor: Anchor | undefined,
): Promise<AuditVerdict> {
  let newest: ChainHead = genesis;
  const bad = (position: number, problem: ChainProblem): AuditVerdict => ({
    ok: false,
    checked: newest.position,
    firstBad: { position, problem },
  });
  if (anchor !== undefined && !isGenuineAnchor(anchor, verifyMac)) return bad(anchor.position, 'anchor-invalid');
  const before = await ends(db);
  for await (const row of auditRows(db)) {
    const link = linkOf(row);
    const problem = judgeLink(newest, contentOf(row), link, verifyMac);
    if (problem !== null) return bad(newest.position + 1, problem);
    newest = link;
    if (newest.position === before.head.position && newest.hash !== before.head.hash)
      return bad(newest.position, 'head-differs');
    if (newest.position === anchor?.position && newest.hash !== anchor.hash)
      return bad(newest.position, 'anchor-differs');
  }
  if (before.head.position !== before.lastRow || newest.position < before.head.position)
    return bad(Math.min(before.head.position, newest.position) + 1, 'head-differs');
  if (anchor !== undefined && newest.position < anchor.position) return bad(newest.position + 1, 'truncated');
  return { ok: true, checked: newest.position };
}

/** The end of the chain now, signed; to be logged and kept outside the database. Rejects with RecordsError. */
export async function anchorAudit(db: Kysely<Database>, mac: Mac, clock: Clock): Promise<Anchor> {
  try {
    const { head } = await ends(db);
    return makeAnchor(head, toRfc3339(clock.now()), mac);
  } catch (error) {
    throw toRecordsError(error);
  }
}

/** JSON lines, oldest first: every row with its place in the chain, so that the export can be checked by itself. */
export async function* exportAudit(db: Kysely<Database>): AsyncGenerator<string, void, undefined> {
  try {
    for await (const row of auditRows(db)) {
      const { position, ...link } = linkOf(row);
      yield `${JSON.stringify({ position, ...contentOf(row), ...link })}\n`;
    }
  } catch (error) {
    throw toRecordsError(error);
  }
}
