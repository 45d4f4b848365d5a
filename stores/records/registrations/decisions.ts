import type { Transaction } from 'kysely';
import { type Decision, type Decisions, type RecordAnswer, stateLimit } from '../../../domain/ports/entityState.ts';
import { RecordsError } from '../../../domain/ports/recordsError.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import { defaultTimePolicy } from '../../../domain/time/policy.ts';
import { appendAudit, lockChain } from '../audit/append.ts';
import { type Entry, toEntry } from '../audit/chain.ts';
import type { RecordsContext } from '../context.ts';
import { toRecordsError } from '../errors.ts';
import { cleanJson } from '../json.ts';
import { noteProofs } from '../proofs/notes.ts';
import type { Database } from '../schema.ts';
import { noteServers } from '../servers/seen.ts';
import { createGroupCommit } from './groupCommit.ts';
import { endOperations } from './operations.ts';
import { prepareRequests } from './preparedRequests.ts';
import { project } from './projection.ts';
import { wakeSharers } from './sharing.ts';
import { auditContentOf } from './transitions.ts';

const maxDecisionsPerCommit = 200;

interface Item {
  readonly decision: Decision;
  readonly entries: readonly Entry[];
}

/** A registration as it is at this place of the commit. */
interface Standing {
  readonly sequence: number;
  readonly incarnation: number;
  readonly chain: string | null;
  readonly state: Decision['state'];
}

/** `recordDecision` of the port, several of them in one commit. */
export function createDecisions({
  db,
  auditMacKey,
  clock,
  watchIntervals = defaultTimePolicy,
}: RecordsContext): Decisions {
  const commit = (items: readonly Item[]) =>
    db.transaction().execute(async (trx) => {
      const head = await lockChain(trx);
      const known = await standings(
        trx,
        items.map(({ decision }) => decision),
      );
      const answers = items.map(({ decision }) => judge(decision, known));
      const recorded = items.filter((_, index) => answers[index]?.kind === 'recorded');
      const decisions = recorded.map(({ decision }) => decision);
      const entries = recorded.flatMap((item) => item.entries);
      const transitions = decisions.flatMap((decision) => decision.transitions);
      if (entries.length > 0) await appendAudit(trx, head, entries, auditMacKey);
      await project(trx, decisions);
      await noteServers(trx, transitions);
      await noteProofs(trx, transitions, watchIntervals);
      await wakeSharers(trx, transitions);
      await endOperations(trx, decisions, toRfc3339(clock.now()));
      await prepareRequests(trx, decisions, toRfc3339(clock.now()));
      return answers;
    });
  const databaseDown = (error: unknown) => toRecordsError(error).code === 'unavailable';
  const record = createGroupCommit<Item, RecordAnswer>(commit, databaseDown, maxDecisionsPerCommit);
  return {
    async recordDecision(decision) {
      refuseTooLarge(decision);
      return await record({ decision, entries: decision.transitions.map((one) => toEntry(auditContentOf(one))) });
    },
  };
}

async function standings(trx: Transaction<Database>, decisions: readonly Decision[]): Promise<Map<string, Standing>> {
  const behind = new Map<string, number>();
  for (const { registrationId, afterSequence } of decisions)
    behind.set(registrationId, Math.min(afterSequence, behind.get(registrationId) ?? afterSequence));
  const rows = await trx
    .selectFrom('registrations')
    .select(['registration_id', 'sequence', 'incarnation', 'first_execution_run_id'])
    // The state is read where it may be the answer only.
    .select(({ eb }) =>
      eb
        .case()
        .when(
          eb.or(
            [...behind].map(([id, sequence]) =>
              eb.and([eb('registration_id', '=', id), eb('sequence', '>', sequence)]),
            ),
          ),
        )
        .then(eb.ref('state'))
        .end()
        .as('state'),
    )
    .where('registration_id', 'in', [...behind.keys()])
    .execute();
  return new Map(
    rows.map((row) => [
      row.registration_id,
      {
        sequence: row.sequence,
        incarnation: row.incarnation,
        chain: row.first_execution_run_id,
        state: (row.state ?? null) as Decision['state'],
      },
    ]),
  );
}

/** What becomes of a decision, given what is recorded; notes what it writes. */
function judge(decision: Decision, known: Map<string, Standing>): RecordAnswer {
  const { registrationId, incarnation, chain, afterSequence, transitions, state } = decision;
  const row = known.get(registrationId);
  if (row === undefined || row.incarnation !== incarnation || row.chain !== chain) return { kind: 'conflict' };
  if (row.sequence === afterSequence) {
    known.set(registrationId, { ...row, sequence: transitions.at(-1)?.sequence ?? row.sequence, state });
    return { kind: 'recorded' };
  }
  if (row.sequence < afterSequence || row.state === null) return { kind: 'conflict' };
  return { kind: 'taken', state: row.state, sequence: row.sequence };
}

function refuseTooLarge({ registrationId, state }: Decision): void {
  const size = Buffer.byteLength(JSON.stringify(cleanJson(state)));
  if (size > stateLimit)
    throw new RecordsError('failed', `The state of ${registrationId} has ${size} bytes, more than ${stateLimit}.`);
}
