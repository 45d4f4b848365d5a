import { findCondition } from '../../../domain/registration/conditions.ts';
import type { RegistrationView } from '../../../domain/registration/view.ts';
import { type Ledger, writesOf } from '../../support/peers/ledger.ts';
import type { Dump } from './books.ts';
import type { Subject } from './situation.ts';

/** A wait that is longer, in milliseconds, is one that nothing but its time or a person ends: it must stay as it is. */
const longWait = 30 * 60_000;

/** What must not change by a loss: where a registration stands, why it waits and until when, and with what. */
export function standing(view: RegistrationView, now: number): string {
  const { phase, conditions, credential, hold, nextAttemptAt, task, holderRegistrationId } = view;
  const { status, reason } = findCondition(conditions, 'NeedsAttention') ?? { status: 'Unknown', reason: '' };
  const { clientId, expiresAt, clientExpiresAt, rotationDueAt, ref } = credential ?? {};
  const waitsLong = nextAttemptAt !== null && Date.parse(nextAttemptAt) > now + longWait;
  return JSON.stringify({
    phase,
    attention: status === 'True' ? reason : null,
    // One that waits for its answer goes on by itself once the spool is collected.
    hold: hold?.reason === 'AnswerSpooled' ? undefined : hold?.reason,
    clientId,
    version: ref?.versionId,
    expiresAt,
    clientExpiresAt,
    rotationDueAt,
    nextAttemptAt: waitsLong ? nextAttemptAt : undefined,
    holderRegistrationId,
    task: task === undefined ? undefined : ordered({ ...task, toldUntil: null }),
  });
}

/** The database orders the members of what it keeps. */
function ordered(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.entries(value)
    .map(([name, member]) => [name, ordered(member)])
    .sort();
}

/** POSTs and PUTs of each subject beyond what it may have made in all. */
export function judgeWrites(
  subjects: readonly Subject[],
  before: Ledger,
  after: Ledger,
  later: 'before-later' | 'with-later',
): string[] {
  return subjects.flatMap(({ tenantId, situation }) => {
    const were = writesOf(before.requests, tenantId).length;
    const made = writesOf(after.requests, tenantId);
    const most = Math.max(were, situation.writes ?? 0) + (later === 'with-later' ? (situation.laterWrites ?? 0) : 0);
    const told = made.map(({ method, status }) => `${method} ${status}`).join(', ');
    return made.length > most ? [`${tenantId}: ${told}: ${most} are allowed, ${were} came before the loss`] : [];
  });
}

/** Operations answered 202 that no event tells of, or that have not ended. */
export function judgeOperations(subjects: readonly Subject[], { told, ended }: Dump): string[] {
  return subjects.flatMap(({ tenantId, situation, operations }) => [
    ...operations
      .filter(({ operationId }) => !told.has(operationId))
      .map(({ operationId: id }) => `${tenantId}: the operation ${id} was answered 202 and no event tells of it`),
    ...operations
      .filter(({ operationId }) => situation.goesOn !== true && !ended.has(operationId))
      .map(({ operationId: id }) => `${tenantId}: the operation ${id} was answered 202 and has not ended`),
  ]);
}

/** Requests that are left open, and clients that exist at a peer and are neither used nor listed. */
export function judgeClients(subjects: readonly Subject[], ledger: Ledger, { views, orphans, open }: Dump): string[] {
  const used = new Set([...views.values()].map(({ credential }) => credential?.clientId ?? null));
  return subjects.flatMap(({ tenantId, registrationId, situation }) => {
    const listed = orphans.filter((one) => one.registrationId === registrationId).map(({ clientId }) => clientId);
    const lost = ledger.clients
      .filter(({ system, deletedAt }) => system === tenantId && deletedAt === null)
      .map(({ clientId }) => clientId)
      .filter((id) => !used.has(id) && !listed.includes(id));
    // One whose answer was lost is listed without its id.
    const nameless = listed.filter((id) => id === null).length;
    const kept = orphans.filter((one) => one.registrationId === registrationId && one.hasToken).length;
    const { leaves = 0 } = situation;
    const left = open.filter((one) => one.registrationId === registrationId && situation.goesOn !== true);
    return [
      ...(lost.length > nameless ? [`${tenantId}: ${lost.join(', ')} live, and ${nameless} of them are listed`] : []),
      ...(kept < leaves ? [`${tenantId}: ${kept} clients are listed with their token, and not ${leaves}`] : []),
      ...left.map(({ what }) => `${tenantId}: ${what}`),
    ];
  });
}

/** Where registrations stood: how many in each phase, and held for each reason. */
export function countsOf(subjects: readonly Subject[], { views }: Dump): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const count = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const { registrationId } of subjects) {
    const view = views.get(registrationId);
    if (view === undefined) continue;
    count(view.phase);
    if (view.hold !== undefined) count(view.hold.reason);
  }
  return counts;
}
