import { describe, expect, it } from 'vitest';
import { countedRequests, judgeRate } from '../../drills/storm/judge.ts';
import type { Ledger, PeerRequest } from '../../support/peers/ledger.ts';

const t0 = Date.UTC(2026, 0, 1);
const second = 1000;
const day = 86_400 * second;

/** An update every so often, each with a new secret that the token endpoint takes and that ends so long after its issue. */
function updates(count: number, every: number, life: number | null): Ledger {
  const request = (at: number, more: Partial<PeerRequest>): PeerRequest => {
    return { at, system: 's', kind: 'manage', method: 'PUT', status: 200, clientId: 'c', secret: null, ...more };
  };
  const times = Array.from({ length: count }, (_, index) => t0 + (index + 1) * every);
  return {
    requests: times.flatMap((at, index) => [
      request(at, {}),
      request(at + 1, { kind: 'token', method: 'POST', status: 400, secret: index + 2 }),
    ]),
    clients: [
      {
        clientId: 'c',
        system: 's',
        createdAt: t0,
        deletedAt: null,
        secrets: [t0, ...times].map((issuedAt) => ({ issuedAt, endsAt: life === null ? null : issuedAt + life })),
        metadata: {},
      },
    ],
  };
}

describe('what the storm drill counts', () => {
  it.each([
    ['spares updates that were due, however short the lives', 100, 20 * second, 30 * second, 0],
    ['counts updates of secrets that never end', 100, day, null, 100],
    ['counts updates long before the end', 100, day, 30 * day, 100],
    ['counts updates of secrets that ended before they were issued', 100, second, -day, 100],
    ['counts updates of secrets that ended when they were issued', 100, second, 0, 100],
    ['counts updates of secrets that ended a second later', 100, 2 * second, second, 100],
  ])('%s', (_name, count, every, life, counted) => {
    expect(countedRequests(updates(count, every, life), 's')).toHaveLength(counted);
  });

  it('finds a storm of updates whose end was past', () => {
    expect(judgeRate(updates(49, second, -day), 's')).toEqual([
      's: 49 management requests within 24 h, 48 are allowed',
    ]);
  });
});
