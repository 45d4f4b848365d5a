import { sql, type Transaction } from 'kysely';
import type { Decision } from '../../../domain/ports/entityState.ts';
import { findCondition } from '../../../domain/registration/conditions.ts';
import type { RegistrationView } from '../../../domain/registration/view.ts';
import { cleanJson } from '../json.ts';
import type { Database } from '../schema.ts';

/** Last instant that PostgreSQL and RFC 3339 both write with four digits of year. */
const lastInstant = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A time to sort by. What cannot be sorted by counts as unknown: the view keeps the original. */
function sortable(time: string | null | undefined): string | null {
  const instant = Date.parse(time ?? '');
  if (Number.isNaN(instant) || instant < 0) return null;
  return new Date(Math.min(instant, lastInstant)).toISOString();
}

/** The columns that lists filter and sort by, from the view. */
export function projectionOf(view: RegistrationView, at: string, sequence: number) {
  return {
    method: view.method,
    phase: view.phase,
    holder_registration_id: view.holderRegistrationId ?? null,
    credential_health: view.credentialHealth,
    needs_attention: findCondition(view.conditions, 'NeedsAttention')?.status === 'True',
    next_attempt_at: sortable(view.nextAttemptAt),
    expires_at: sortable(view.credential?.expiresAt),
    client_expires_at: sortable(view.credential?.clientExpiresAt),
    rotation_due_at: sortable(view.credential?.rotationDueAt),
    changed_at: new Date(at).toISOString(),
    applied_revision: view.appliedRevision,
    desired_revision: view.desiredRevision,
    sequence,
  };
}

/** Writes decisions of different registrations or of one in order: state, and view where one was decided. */
export async function project(trx: Transaction<Database>, decisions: readonly Decision[]): Promise<void> {
  const shown = new Map<string, object>();
  const moved = new Map<string, object>();
  for (const decision of decisions) {
    const { registrationId, transitions, state, rules, wakeAt } = decision;
    const kept = { registration_id: registrationId, state, rules, wake_at: instantOf(wakeAt) };
    const last = transitions.at(-1);
    if (last === undefined || last.view === null) {
      const before = shown.get(registrationId);
      if (before === undefined) moved.set(registrationId, kept);
      else shown.set(registrationId, { ...before, ...kept });
    } else {
      shown.set(registrationId, { ...projectionOf(last.view, last.at, last.sequence), view: last.view, ...kept });
      moved.delete(registrationId);
    }
  }
  if (shown.size > 0) await show(trx, [...shown.values()]);
  if (moved.size > 0) await move(trx, [...moved.values()]);
}

function instantOf(wakeAt: number | null): string | null {
  return wakeAt === null ? null : new Date(Math.min(Math.max(wakeAt, 0), lastInstant)).toISOString();
}

const asText = (rows: readonly object[]) => JSON.stringify(cleanJson(rows));

async function show(trx: Transaction<Database>, rows: readonly object[]): Promise<void> {
  await sql`
    update registrations as r set
      method = p.method, phase = p.phase, holder_registration_id = p.holder_registration_id,
      credential_health = p.credential_health, needs_attention = p.needs_attention,
      next_attempt_at = p.next_attempt_at, expires_at = p.expires_at, client_expires_at = p.client_expires_at,
      rotation_due_at = p.rotation_due_at, changed_at = p.changed_at, applied_revision = p.applied_revision,
      desired_revision = p.desired_revision, sequence = p.sequence, view = p.view,
      state = p.state, rules = p.rules, wake_at = p.wake_at
    from jsonb_to_recordset(${asText(rows)}::text::jsonb) as p (
      registration_id text, method text, phase text, holder_registration_id text,
      credential_health text, needs_attention boolean, next_attempt_at timestamptz,
      expires_at timestamptz, client_expires_at timestamptz, rotation_due_at timestamptz, changed_at timestamptz,
      applied_revision integer, desired_revision integer, sequence bigint, view jsonb,
      state jsonb, rules integer, wake_at timestamptz)
    where r.registration_id = p.registration_id`.execute(trx);
}

async function move(trx: Transaction<Database>, rows: readonly object[]): Promise<void> {
  await sql`
    update registrations as r set state = p.state, rules = p.rules, wake_at = p.wake_at
    from jsonb_to_recordset(${asText(rows)}::text::jsonb) as p (
      registration_id text, state jsonb, rules integer, wake_at timestamptz)
    where r.registration_id = p.registration_id`.execute(trx);
}
