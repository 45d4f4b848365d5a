import { sql, type Transaction } from 'kysely';
import { RecordsError } from '../../../domain/ports/recordsError.ts';
import type { Transition } from '../../../domain/registration/view.ts';
import { appendAudit, lockChain } from '../audit/append.ts';
import { type AuditContent, type Entry, toEntry, viewHash } from '../audit/chain.ts';
import type { RecordsContext } from '../context.ts';
import { toRecordsError } from '../errors.ts';
import { cleanJson } from '../json.ts';
import type { Database } from '../schema.ts';
import { noteServers } from '../servers/seen.ts';
import { createGroupCommit } from './groupCommit.ts';
import { projectionOf } from './projection.ts';
import { wakeSharers } from './sharing.ts';

const maxTransitionsPerCommit = 200;

/** The audit row of a transition. */
export function auditContentOf(transition: Transition): AuditContent {
  return {
    subjectKind: 'registration',
    subjectId: transition.registrationId,
    sequence: transition.sequence,
    at: transition.at,
    type: transition.type,
    actor: transition.actor,
    reason: transition.reason ?? null,
    message: transition.message,
    operationId: transition.operationId ?? null,
    changes: transition.changes ?? null,
    viewSha256: transition.view === null ? null : viewHash(transition.view),
  };
}

interface Known {
  /** Last sequence per registration. */
  readonly last: Map<string, number>;
  /** Content hash of audited sequences that are asked for again. */
  readonly hashes: Map<string, string>;
}

interface Item {
  readonly transition: Transition;
  readonly entry: Entry;
}

const keyOf = (transition: Transition) => `${transition.registrationId}#${transition.sequence}`;

async function lookUp(trx: Transaction<Database>, transitions: readonly Transition[]): Promise<Known> {
  const ids = [...new Set(transitions.map(({ registrationId }) => registrationId))];
  const rows = await trx
    .selectFrom('registrations')
    .select(['registration_id', 'sequence'])
    .where('registration_id', 'in', ids)
    .execute();
  const last = new Map(rows.map((row) => [row.registration_id, row.sequence]));
  const repeated = transitions.filter(({ registrationId, sequence }) => sequence <= (last.get(registrationId) ?? 0));
  const hashes = new Map<string, string>();
  if (repeated.length === 0) return { last, hashes };
  const audited = await trx
    .selectFrom('audit')
    .select(['subject_id', 'sequence', 'content_hash'])
    .where('subject_kind', '=', 'registration')
    .where((eb) =>
      eb.or(
        repeated.map(({ registrationId, sequence }) =>
          eb.and([eb('subject_id', '=', registrationId), eb('sequence', '=', sequence)]),
        ),
      ),
    )
    .execute();
  for (const row of audited) hashes.set(`${row.subject_id}#${row.sequence}`, row.content_hash);
  return { last, hashes };
}

/** What becomes of a transition, given what is recorded; notes what it appends. */
function judge({ transition, entry }: Item, known: Known): 'append' | 'recorded' | RecordsError {
  const { registrationId, sequence } = transition;
  const last = known.last.get(registrationId);
  if (last === undefined) return new RecordsError('not-found', `There is no registration ${registrationId}.`);
  if (sequence === last + 1) {
    known.last.set(registrationId, sequence);
    known.hashes.set(keyOf(transition), entry.hash);
    return 'append';
  }
  if (known.hashes.get(keyOf(transition)) === entry.hash) return 'recorded';
  const why =
    sequence > last ? `the last one is ${last}, so there would be a gap` : 'it was recorded with another content';
  return new RecordsError('sequence-conflict', `Event ${sequence} of ${registrationId} is refused: ${why}.`);
}

/** Moves the projections forward, all in one statement; an older sequence never overwrites a newer one. */
async function project(trx: Transaction<Database>, transitions: readonly Transition[]): Promise<void> {
  const shown = new Map<string, object>();
  const hidden = new Map<string, number>();
  for (const { registrationId, view, at, sequence } of transitions) {
    if (view === null) hidden.set(registrationId, sequence);
    else {
      shown.set(registrationId, { registration_id: registrationId, ...projectionOf(view, at, sequence), view });
      hidden.delete(registrationId);
    }
  }
  if (shown.size > 0) await show(trx, [...shown.values()]);
  await noteServers(trx, transitions);
  for (const [registrationId, sequence] of hidden) await count(trx, registrationId, sequence);
}

/** The rest of the decision comes in another commit. */
async function count(trx: Transaction<Database>, registrationId: string, sequence: number): Promise<void> {
  await trx
    .updateTable('registrations')
    .set({ sequence })
    .where('registration_id', '=', registrationId)
    .where('sequence', '<', sequence)
    .execute();
}

async function show(trx: Transaction<Database>, rows: readonly object[]): Promise<void> {
  await sql`
    update registrations as r set
      method = p.method, phase = p.phase, holder_registration_id = p.holder_registration_id,
      credential_health = p.credential_health, needs_attention = p.needs_attention,
      next_attempt_at = p.next_attempt_at, expires_at = p.expires_at, rotation_due_at = p.rotation_due_at,
      changed_at = p.changed_at, applied_revision = p.applied_revision, desired_revision = p.desired_revision,
      sequence = p.sequence, view = p.view
    from jsonb_to_recordset(${JSON.stringify(cleanJson(rows))}::text::jsonb) as p (
      registration_id text, method text, phase text, holder_registration_id text,
      credential_health text, needs_attention boolean, next_attempt_at timestamptz,
      expires_at timestamptz, rotation_due_at timestamptz, changed_at timestamptz, applied_revision integer,
      desired_revision integer, sequence bigint, view jsonb)
    where r.registration_id = p.registration_id and r.sequence < p.sequence`.execute(trx);
}

/** `recordTransition` of the port, several of them in one commit. */
export function createRecordTransition({ db, auditMacKey }: RecordsContext): (transition: Transition) => Promise<void> {
  const commit = (items: readonly Item[]) =>
    db.transaction().execute(async (trx) => {
      const head = await lockChain(trx);
      const known = await lookUp(
        trx,
        items.map(({ transition }) => transition),
      );
      const judgements = items.map((item) => judge(item, known));
      const appended = items.filter((_, index) => judgements[index] === 'append');
      if (appended.length > 0) {
        await appendAudit(
          trx,
          head,
          appended.map(({ entry }) => entry),
          auditMacKey,
        );
        const transitions = appended.map(({ transition }) => transition);
        await project(trx, transitions);
        await wakeSharers(trx, transitions);
      }
      return judgements.map((judgement) => (judgement instanceof RecordsError ? judgement : null));
    });
  const databaseDown = (error: unknown) => toRecordsError(error).code === 'unavailable';
  const record = createGroupCommit(commit, databaseDown, maxTransitionsPerCommit);
  return async (transition) => record({ transition, entry: toEntry(auditContentOf(transition)) });
}
