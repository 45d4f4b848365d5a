import { findCondition } from '../../../domain/registration/conditions.ts';
import type { RegistrationView } from '../../../domain/registration/view.ts';
import { type Ledger, managementOf, mostWithin, type PeerRequest } from '../../support/peers/ledger.ts';

const day = 86_400_000;
/** Milliseconds; an end nearer to the answer is unknown, and makes nothing due (DESIGN section 6). */
const leastLife = 30_000;

/** Most management requests of one client in any such window; rotations that were due and proven are not counted. */
export const bounds = [
  { name: '24 h', window: day, most: 48 },
  { name: '7 days', window: 7 * day, most: 192 },
] as const;

/** What the page showed of a registration at a time, in milliseconds since the epoch. */
export interface Look {
  readonly at: number;
  readonly view: RegistrationView;
}

/**
 * Times of a system's management requests, without the update of each rotation that was proven and came in the second
 * half of the life that the replaced secret really had, where it had any.
 */
export function countedRequests(ledger: Ledger, system: string): number[] {
  const due = dueRotations(ledger, system);
  const spared = new Set<PeerRequest>();
  const management = managementOf(ledger.requests, system);
  for (const { clientId, issuedAt } of due) {
    const update = management.findLast(
      (request) => request.method === 'PUT' && request.clientId === clientId && request.at <= issuedAt,
    );
    if (update !== undefined) spared.add(update);
  }
  return management.filter((request) => !spared.has(request)).map(({ at }) => at);
}

/** Secrets that replaced one whose end was near, and were taken by the token endpoint. */
function dueRotations(ledger: Ledger, system: string): { clientId: string; issuedAt: number }[] {
  const taken = new Set(
    ledger.requests
      .filter(({ kind, status, secret }) => kind === 'token' && status === 400 && secret !== null)
      .map(({ clientId, secret }) => `${clientId} ${secret}`),
  );
  return ledger.clients
    .filter((client) => client.system === system)
    .flatMap(({ clientId, secrets }) =>
      secrets.flatMap(({ issuedAt }, index) => {
        const before = secrets[index - 1];
        if (before === undefined || before.endsAt === null || !taken.has(`${clientId} ${index + 1}`)) return [];
        // What ended before anybody could use it was no life: replacing it was never due.
        if (before.endsAt - before.issuedAt < leastLife) return [];
        return issuedAt >= (before.issuedAt + before.endsAt) / 2 ? [{ clientId, issuedAt }] : [];
      }),
    );
}

/** What is wrong with how often a system was asked. */
export function judgeRate(ledger: Ledger, system: string): string[] {
  const times = countedRequests(ledger, system);
  return bounds.flatMap(({ name, window, most }) => {
    const count = mostWithin(times, window);
    return count > most ? [`${system}: ${count} management requests within ${name}, ${most} are allowed`] : [];
  });
}

/** Whether a secret ended without a word before: the last look before each expiry that passed must want attention. */
export function judgeAttention(system: string, looks: readonly Look[]): string[] {
  const problems: string[] = [];
  const expiries = new Set(looks.map(({ view }) => view.credential?.expiresAt ?? null).filter((time) => time !== null));
  const end = looks.at(-1)?.at ?? 0;
  for (const expiry of expiries) {
    const at = Date.parse(expiry);
    const before = looks.filter((look) => look.at < at).at(-1);
    const after = looks.find((look) => look.at >= at);
    // Replaced in time, or not yet ended.
    if (at > end || after?.view.credential?.expiresAt !== expiry || before === undefined) continue;
    const attention = findCondition(before.view.conditions, 'NeedsAttention');
    if (attention?.status !== 'True')
      problems.push(`${system}: the secret ended at ${expiry} and nobody was told before`);
  }
  return problems;
}
