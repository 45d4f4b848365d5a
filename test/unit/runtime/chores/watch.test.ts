import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../../domain/credential/proofDecision.ts';
import type { LeasedDocuments, LeasedProof, ProofQueue } from '../../../../domain/ports/servers/proofs.ts';
import { createWatch, type WatchParts, type WatchRound, watchChore } from '../../../../runtime/chores/watch.ts';
import type { Log } from '../../../../runtime/log/log.ts';

const day = 86_400_000;
const now = Date.parse('2026-11-28T04:00:00Z');

const due = (registrationId: string, changes: Partial<LeasedProof> = {}): LeasedProof => ({
  registrationId,
  versionId: 'v1',
  origin: 'https://as.example',
  tokenEndpoint: 'https://as.example/token',
  verdict: 'good',
  intervalDays: 1,
  shared: false,
  issuedAt: now,
  endsAt: null,
  ...changes,
});

interface Given {
  readonly proofs?: LeasedProof[];
  readonly documents?: LeasedDocuments[];
  readonly prove?: WatchParts['prove'];
  readonly read?: string | null;
  /** Origins without room. */
  readonly full?: readonly string[];
  readonly pauseBegan?: boolean;
}

function watchOf(given: Given) {
  const calls: [string, ...unknown[]][] = [];
  const queue: ProofQueue = {
    leaseProofs: async () => given.proofs ?? [],
    leaseDocuments: async () => given.documents ?? [],
    recordProof: async (_lease, proof) => {
      calls.push(['proof', proof]);
      return { written: true, woken: proof.verdict === 'rejected', pauseBegan: given.pauseBegan ?? false };
    },
    recordDocuments: async (_lease, read) => {
      calls.push(['documents', read]);
      return { woken: false };
    },
    spreadProofs: async (_lease, ...rest) => void calls.push(['spread', ...rest]),
    deferDocuments: async (_lease, ...rest) => void calls.push(['defer', ...rest]),
  };
  const watch = createWatch({
    queue,
    budgets: {
      reserve: async (url) => {
        const full = (given.full ?? []).includes(new URL(url).origin);
        // The database's clock is an hour behind: only differences count.
        const theirs = now - 3_600_000;
        const turn = full ? { kind: 'not-yet', at: theirs + 30_000 } : { kind: 'granted', at: theirs };
        return { turn, now: theirs, spacing: 3_000 } as Awaited<ReturnType<WatchParts['budgets']['reserve']>>;
      },
      pause: async () => undefined,
    },
    prove: given.prove ?? (async () => ({ versionId: 'v1', verdict: 'good' })),
    readDocuments: async () => given.read ?? null,
    owner: 'w1',
    proofInterval: day,
    discoveryInterval: 7 * day,
    wait: async () => undefined,
  });
  return { watch, calls };
}

describe('a round of the watch', () => {
  it.each<[verdict: Verdict, interval: number]>([
    ['good', 2],
    ['rejected', 1],
    ['inconclusive', 1],
  ])('writes a verdict that is %s with its next time', async (verdict, intervalDays) => {
    const { watch, calls } = watchOf({ proofs: [due('a')], prove: async () => ({ versionId: 'v1', verdict }) });
    const round = await watch.round(now);
    expect(round).toMatchObject({ proved: 1, woken: verdict === 'rejected' ? 1 : 0 });
    expect(calls).toMatchObject([['proof', { registrationId: 'a', versionId: 'v1', verdict, next: { intervalDays } }]]);
  });

  it.each<[string, WatchParts['prove']]>([
    ['another version than the one that was leased', async () => ({ versionId: 'v2', verdict: 'rejected' })],
    ['nothing to prove', async () => null],
    [
      'a failure',
      async () => {
        throw new Error('the store is away');
      },
    ],
  ])('tells nothing of %s', async (_what, prove) => {
    const { watch, calls } = watchOf({ proofs: [due('a')], prove });
    await watch.round(now);
    expect(calls).toMatchObject([['proof', { verdict: 'inconclusive' }]]);
  });

  it('sends nothing to a server that has no room, spreads its proofs, and goes on with others', async () => {
    const asked: string[] = [];
    const other = { origin: 'https://other.example', tokenEndpoint: 'https://other.example/token' };
    const { watch, calls } = watchOf({
      proofs: [due('a'), due('b'), due('c', other)],
      full: ['https://as.example'],
      prove: async (registrationId) => {
        asked.push(registrationId);
        return { versionId: 'v1', verdict: 'good' };
      },
    });
    expect(await watch.round(now)).toMatchObject({ proved: 1, deferred: 2 });
    expect(asked).toEqual(['c']);
    expect(calls.filter(([what]) => what === 'spread')).toEqual([
      ['spread', 'https://as.example', now + 30_000, 3_000],
    ]);
  });

  it('proves no more at an origin whose proofs pause from now on', async () => {
    let proofs = 0;
    const { watch } = watchOf({
      proofs: Array.from({ length: 40 }, (_, index) => due(`r${index}`)),
      pauseBegan: true,
      prove: async () => {
        proofs += 1;
        return { versionId: 'v1', verdict: 'rejected' };
      },
    });
    const round = await watch.round(now);
    expect(round.pausedOrigins).toContain('https://as.example');
    expect(proofs).toBeLessThanOrEqual(16);
  });

  it('reads documents, tries again next day what cannot be read, and defers what has no room', async () => {
    const row = { registrationId: 'a', fhirBaseUrl: 'https://as.example/fhir', documentHash: null, changedAt: now };
    const readable = watchOf({ documents: [row], read: 'text' });
    expect(await readable.watch.round(now)).toMatchObject({ read: 1 });
    expect(readable.calls).toMatchObject([['documents', { hash: expect.stringMatching(/^[0-9a-f]{64}$/) }]]);
    const away = watchOf({ documents: [row], read: null });
    await away.watch.round(now);
    expect(away.calls).toEqual([['documents', { registrationId: 'a', hash: null, nextDue: now + day }]]);
    const full = watchOf({ documents: [row], read: 'text', full: ['https://as.example'] });
    await full.watch.round(now);
    expect(full.calls).toEqual([['defer', 'a', now + 30_000]]);
  });

  it('goes on after a row that fails', async () => {
    const { watch, calls } = watchOf({ proofs: [due('a', { tokenEndpoint: 'no url' }), due('b')] });
    await watch.round(now);
    expect(calls).toMatchObject([['proof', { registrationId: 'b' }]]);
  });
});

it('is a chore that says what it found, and nothing of a round without anything due', async () => {
  const told: unknown[] = [];
  const tell = (event: string, fields: unknown) => void told.push([event, fields]);
  const log = { info: tell, warn: tell } as unknown as Log;
  const rounds: WatchRound[] = [
    { proved: 0, read: 0, deferred: 2, woken: 0, pausedOrigins: [] },
    { proved: 2, read: 1, deferred: 0, woken: 1, pausedOrigins: ['https://as.example'] },
  ];
  const asked: number[] = [];
  const round = async (at: number) => {
    asked.push(at);
    return rounds.shift()!;
  };
  const chore = watchChore({ round }, { watchEvery: 5_000 }, log);
  expect(chore.every).toBe(5_000);
  await chore.round(now, new AbortController().signal);
  expect(told).toEqual([]);
  await chore.round(now + 1, new AbortController().signal);
  expect(told).toEqual([
    ['watch.origin-paused', { origin: 'https://as.example' }],
    ['watch.round', { count: 3 }],
    ['watch.woken', { count: 1 }],
  ]);
  expect(asked).toEqual([now, now + 1]);
});
