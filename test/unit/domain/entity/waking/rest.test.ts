import { describe, expect, it } from 'vitest';
import { refuseUnknownRules } from '../../../../../domain/entity/waking/decisionRules.ts';
import { endedBetween } from '../../../../../domain/entity/waking/openOperations.ts';
import { recordsRetryTime, restTime, wakeTime } from '../../../../../domain/entity/waking/rest.ts';
import { defaultTimePolicy } from '../../../../../domain/time/policy.ts';
import { stateOf, t0 } from '../../../../support/entity.ts';

const minute = 60_000;

describe('rest', () => {
  it('is fifteen minutes less a stable jitter of up to a third', () => {
    const times = Array.from({ length: 300 }, (_, index) =>
      restTime(`clinic-${index}.app.sandbox.main`, defaultTimePolicy),
    );
    expect(Math.min(...times)).toBeGreaterThanOrEqual(10 * minute);
    expect(Math.max(...times)).toBeLessThanOrEqual(15 * minute);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(4 * minute);
    expect(restTime('clinic-1.app.sandbox.main', defaultTimePolicy)).toBe(times[1]);
  });

  it.each([
    [{ do: 'finish' } as const, null],
    [{ do: 'wait', until: null } as const, null],
    [{ do: 'wait', until: t0 + 5.5 } as const, t0 + 6],
    [{ do: 'prove' } as const, t0],
  ])('before %j ends at %s', (step, at) => {
    expect(wakeTime(step, t0)).toBe(at);
  });

  it('is 1, 2, 4, 8, then 10 minutes while the records are away', () => {
    const waits = [0, 1, 2, 3, 4, 50].map((failures) => recordsRetryTime(failures, defaultTimePolicy) / minute);
    expect(waits).toEqual([1, 2, 4, 8, 10, 10]);
  });
});

describe('rules', () => {
  it('of this release and the one before are known, and no others', () => {
    for (const rules of [0, 1]) expect(() => refuseUnknownRules(rules)).not.toThrow();
    for (const rules of [2, 99, -1]) expect(() => refuseUnknownRules(rules)).toThrow(/decides by rules/);
  });
});

describe('operations', () => {
  const verify = { operationId: 'v', kind: 'verify', actor: 'key:k', reason: null } as const;

  it.each([
    ['taken off the queue and active', { operations: [verify] }, { activeOperation: verify }, []],
    ['done', { activeOperation: verify }, {}, ['v']],
    ['a rotation that a person asked for', { rotation: { operationId: 'r', actor: 'key:k' } }, {}, ['r']],
    ['a rotation of its own', { rotation: { operationId: 'r', actor: 'system' } }, {}, []],
    [
      'a supply that becomes a rotation, and is over',
      { supply: { operationId: 's', actor: 'key:k', patientUntil: 0 }, rotation: { operationId: 's', actor: 'key:k' } },
      {},
      ['s'],
    ],
    [
      'dropped with the queue by a retirement',
      { operations: [verify, { ...verify, operationId: 'w' }] },
      {},
      ['v', 'w'],
    ],
  ])('end: %s', (_, before, after, ended) => {
    expect(endedBetween(stateOf(before), stateOf(after))).toEqual(ended);
  });
});
