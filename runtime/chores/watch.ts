import type { Verdict } from '../../domain/credential/proofDecision.ts';
import { nextProof, nextReading, provedTooLongAgo } from '../../domain/credential/proofSchedule.ts';
import type { Budgets, Reservation } from '../../domain/ports/servers/budgets.ts';
import type { Lease, LeasedDocuments, LeasedProof, ProofQueue } from '../../domain/ports/servers/proofs.ts';
import type { ChoreIntervals } from '../../domain/time/chores.ts';
import { documentHash } from '../../stores/records/proofs/notes.ts';
import type { Log } from '../log/log.ts';
import type { Chore } from './chore.ts';

/** Rows that one worker leases at once, and works on at a time. */
const batch = 40;
const width = 8;
/** Requests of a proof with its control, and of a reading. */
const callsOfProof = 2;
const callsOfReading = 4;

export interface WatchParts {
  readonly queue: ProofQueue;
  readonly budgets: Budgets;
  /** Null: there is nothing to prove. A rejection counts as one that tells nothing. */
  readonly prove: (registrationId: string) => Promise<{ versionId: string; verdict: Verdict } | null>;
  /** Null: they cannot be read now. */
  readonly readDocuments: (registrationId: string) => Promise<string | null>;
  /** Of this process. */
  readonly owner: string;
  readonly proofInterval: number;
  readonly discoveryInterval: number;
  readonly wait: (milliseconds: number) => Promise<unknown>;
}

export interface WatchRound {
  readonly proved: number;
  readonly read: number;
  /** Given back, as the budget of their server had no room. */
  readonly deferred: number;
  /** Entities that were asked to look for themselves. */
  readonly woken: number;
  readonly pausedOrigins: readonly string[];
}

export interface Watch {
  /** Looks at what is due now, once. A simulation calls it at each advance. `now`: milliseconds since the epoch, UTC. */
  round(now: number): Promise<WatchRound>;
}

/**
 * Proves credentials and re-reads discovery documents on a schedule, outside the entities (DESIGN section 5): what it
 * learns is in `proofs`, and only another verdict or another document wakes an entity, which then proves for itself.
 */
export function createWatch(parts: WatchParts): Watch {
  const { queue, budgets } = parts;

  async function round(now: number): Promise<WatchRound> {
    const lease: Lease = { now, owner: parts.owner };
    const seen = { proved: 0, read: 0, deferred: 0, woken: 0, pausedOrigins: [] as string[] };
    // Of an origin whose budget had no room, or whose proofs pause: not asked again in this round.
    const closed = new Set<string>();

    async function proveOne(row: LeasedProof): Promise<void> {
      if (closed.has(row.origin)) {
        seen.deferred += 1;
        return;
      }
      const reserved = await turnAt(row.tokenEndpoint, callsOfProof);
      if (reserved !== null) {
        seen.deferred += 1;
        if (closed.has(row.origin)) return;
        closed.add(row.origin);
        await queue.spreadProofs(lease, row.origin, now + reserved.turn.at - reserved.now, reserved.spacing);
        return;
      }
      const found = await parts
        .prove(row.registrationId)
        .catch(() => ({ versionId: row.versionId, verdict: 'inconclusive' as const }));
      const { registrationId, issuedAt, endsAt, shared, versionId } = row;
      const isKnown = found !== null && found.versionId === versionId;
      const verdict = isKnown ? found.verdict : 'inconclusive';
      // A rejection after a good one is looked at soon again; a rejected one that stays so, daily.
      const intervalDays = verdict === row.verdict ? row.intervalDays : 0;
      const next = nextProof({
        registrationId,
        now,
        day: parts.proofInterval,
        verdict,
        intervalDays,
        issuedAt,
        endsAt,
        shared,
      });
      const recorded = await queue.recordProof(lease, {
        registrationId,
        versionId,
        verdict,
        next,
        unprovedBefore: provedTooLongAgo(now, parts.proofInterval),
      });
      seen.proved += 1;
      if (recorded.woken) seen.woken += 1;
      if (!recorded.pauseBegan) return;
      closed.add(row.origin);
      seen.pausedOrigins.push(row.origin);
    }

    async function readOne(row: LeasedDocuments): Promise<void> {
      const { registrationId, documentHash: before, changedAt } = row;
      const reserved = await turnAt(row.fhirBaseUrl, callsOfReading);
      if (reserved !== null) {
        seen.deferred += 1;
        await queue.deferDocuments(lease, registrationId, now + reserved.turn.at - reserved.now);
        return;
      }
      const found = await parts.readDocuments(registrationId).catch(() => null);
      const hash = found === null ? null : documentHash(found);
      const nextDue =
        hash === null
          ? now + parts.proofInterval
          : nextReading({
              registrationId,
              now,
              week: parts.discoveryInterval,
              changedAt: hash === before ? changedAt : now,
            });
      const { woken } = await queue.recordDocuments(lease, { registrationId, hash, nextDue });
      seen.read += 1;
      if (woken) seen.woken += 1;
    }

    await eachOf(await queue.leaseProofs(lease, batch), proveOne);
    await eachOf(await queue.leaseDocuments(lease, batch), readOne);
    return seen;
  }

  /** Null: the turn came, and the calls are reserved. */
  async function turnAt(url: string, calls: number): Promise<Reservation | null> {
    const reserved = await budgets.reserve(url, calls, 'bulk');
    if (reserved.turn.kind === 'not-yet') return reserved;
    if (reserved.turn.at > reserved.now) await parts.wait(reserved.turn.at - reserved.now);
    return null;
  }

  return { round };
}

/** Some at once; one that fails is tried again when its lease is over, and stops no other. */
async function eachOf<Row>(rows: readonly Row[], handle: (row: Row) => Promise<void>): Promise<void> {
  let next = 0;
  async function lane(): Promise<void> {
    for (let row = rows[next++]; row !== undefined; row = rows[next++]) await handle(row).catch(() => undefined);
  }
  await Promise.all(Array.from({ length: width }, lane));
}

/** The watch as a chore of a worker: what does not fit into one round has its turn in the next. */
export function watchChore(watch: Watch, { watchEvery }: Pick<ChoreIntervals, 'watchEvery'>, log: Log): Chore {
  return {
    name: 'watch',
    every: watchEvery,
    async round(now) {
      const { proved, read, woken, pausedOrigins } = await watch.round(now);
      for (const origin of pausedOrigins) log.warn('watch.origin-paused', { origin });
      if (proved + read > 0) log.info('watch.round', { count: proved + read });
      if (woken > 0) log.info('watch.woken', { count: woken });
    },
  };
}
