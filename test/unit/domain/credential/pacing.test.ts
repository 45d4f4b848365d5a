import { describe, expect, it } from 'vitest';
import { type Due, lifeOf, rotationDue } from '../../../../domain/credential/dueTime.ts';
import { bucketSize, spend, tokensAt } from '../../../../domain/credential/pace/bucket.ts';
import {
  afterChangedPolicy,
  afterFailedAttempt,
  afterRotation,
  type FailedOutcome,
  newPace,
  nextRotationAttempt,
  type PaceQuestion,
  type RotationPace,
} from '../../../../domain/credential/pacing.ts';
import { defaultPaceTimes as times } from '../../../../domain/time/pace.ts';
import { retriesOf, triesAfter, triesBefore } from '../../../../scripts/retryTables.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const t0 = Date.UTC(2026, 0, 1);
const registrationId = 'mercy.app.production.main';
const life = { from: t0, end: t0 + 90 * day };
const due: Due = { at: t0 + 60 * day, reason: null, moved: null };

function ask(patch: Partial<PaceQuestion>) {
  const question = { registrationId, life, due, pace: newPace(t0), policy: {}, now: t0, times, ...patch };
  return nextRotationAttempt(question);
}
function failed(
  at: number,
  outcome: FailedOutcome = 'unreachable',
  retryAfter: number | null = null,
  pace = newPace(t0),
) {
  return afterFailedAttempt(pace, { at, outcome, retryAfter }, life, times);
}

describe('the table of DESIGN section 6', () => {
  it.each([
    ['45 s', 45 * second, second, 14, 26, 5],
    ['120 s', 120 * second, second, 22, 26, 5],
    ['1 h', hour, 12 * second, 24, 24, 6],
    ['1 d', day, 4.8 * minute, 29, 26, 5],
    ['90 d', 90 * day, 5 * minute, 68, 26, 5],
  ])('of a secret of %s', (_name, lifetime, floor, before, afterOutage, afterRefusal) => {
    const outage = retriesOf(lifetime, 'unreachable');
    const refusal = retriesOf(lifetime, 'refused');
    expect(outage.floor).toBe(floor);
    expect([triesBefore(outage), triesBefore(refusal)]).toEqual([before, before]);
    expect([triesAfter(outage), triesAfter(refusal)]).toEqual([afterOutage, afterRefusal]);
  });

  it('has 35 tries on the last day of 90', () => {
    expect(retriesOf(90 * day, 'kept').tries.filter((at) => at < 0 && at >= -day)).toHaveLength(35);
  });
});

describe('the next attempt', () => {
  it('is the due time, whatever has been before', () => {
    expect(ask({})).toEqual({ at: due.at, because: 'due', moved: null, attention: null });
  });

  it('never comes by itself where nothing is due', () => {
    expect(ask({ due: { ...due, at: null }, pace: failed(t0) }).at).toBeNull();
  });

  it.each([
    ['an hour after the first failure', 1, 60 * day, 60 * day + hour],
    ['doubling', 4, 60 * day, 60 * day + 8 * hour],
    ['an eighth of what is left', 40, 82 * day, 83 * day],
    ['the floor at the end', 60, 90 * day - 20 * minute, 90 * day - 15 * minute],
    ['past the expiry where the floor crosses it', 60, 90 * day - minute, 90 * day + 5 * minute],
  ])('is %s', (_name, failures, at, expected) => {
    const pace = { ...newPace(t0), failures: failures - 1 };
    expect(ask({ pace: failed(t0 + at, 'unreachable', null, pace) }).at).toBe(t0 + expected);
  });

  it('counts the policy of now: a window that was put there since the failure holds', () => {
    const at = t0 + 61 * day;
    const window = { start: new Date(at + 4 * hour).toISOString(), end: new Date(at + 5 * day).toISOString() };
    const pace = failed(at, 'kept', null, { ...newPace(t0), failures: 3 });
    expect(ask({ pace, now: at }).at).toBe(at + 8 * hour);
    const moved = ask({ pace, now: at, policy: { freezeWindows: [window] } });
    expect(moved.moved).toBe('after');
    expect(moved.at).toBeGreaterThanOrEqual(at + 5 * day);
  });
});

describe('Retry-After', () => {
  it('is honoured whole', () => {
    const pace = failed(t0 + 60 * day, 'unreachable', 3 * day);
    expect(ask({ pace })).toMatchObject({ at: t0 + 63 * day, because: 'retry-after', attention: null });
  });

  it('never makes it faster', () => {
    for (const retryAfter of [0, 1, -5 * day, Number.NaN]) {
      expect(ask({ pace: failed(t0 + 60 * day, 'unreachable', retryAfter) }).at).toBe(t0 + 60 * day + hour);
    }
  });

  it('needs attention when it reaches past the expiry', () => {
    const pace = failed(t0 + 89.5 * day, 'unreachable', 86_400 * second);
    expect(ask({ pace })).toMatchObject({ at: t0 + 90.5 * day, attention: 'RetryAfterPastExpiry' });
  });

  it('stays a time that can be shown', () => {
    const { at } = ask({ pace: failed(t0 + 60 * day, 'unreachable', Number.MAX_VALUE) });
    expect(() => new Date(at ?? Number.NaN).toISOString()).not.toThrow();
  });
});

describe('the ceiling', () => {
  const empty: RotationPace = { ...newPace(t0), bucket: { tokens: 0, at: t0 + 70 * day } };

  it('stretches the wait, and says so', () => {
    expect(ask({ pace: empty, now: t0 + 70 * day })).toMatchObject({
      at: t0 + 70 * day + hour,
      because: 'ceiling',
      attention: 'RotationPaced',
    });
  });

  it('is not refilled by a changed policy, which makes retries count anew', () => {
    const pace = { ...failed(t0 + 70 * day, 'kept', null, empty), failures: 20 };
    const changed = afterChangedPolicy(pace);
    expect(changed).toEqual({ ...pace, failures: 0, stepsAfterExpiry: 0 });
    expect(ask({ pace: changed, now: t0 + 70 * day }).at).toBe(t0 + 70 * day + hour);
  });

  it('lets the floor stay between two attempts when the policy changed', () => {
    expect(ask({ pace: afterChangedPolicy(failed(t0 + 70 * day)), now: t0 + 70 * day }).at).toBe(
      t0 + 70 * day + 5 * minute,
    );
  });

  it.each([
    ['at its due gives its token back', life, 60 * day, bucketSize],
    ['before its due does not', life, 59 * day, bucketSize - 1],
    ['that maxAge made due does not', { from: t0, end: null }, 60 * day, bucketSize - 1],
    ['of a life as short as can be gives its token back', { from: t0, end: t0 + 30_000 }, 60 * day, bucketSize],
    ['of a life too short to be one does not', { from: t0, end: t0 + 29_999 }, 60 * day, bucketSize - 1],
    ['of a life that ended before it began does not', { from: t0, end: t0 - day }, 60 * day, bucketSize - 1],
  ])('a rotation %s', (_name, ofLife, after, tokens) => {
    const sentAt = t0 + after;
    const pace = { ...newPace(t0), bucket: spend(newPace(t0).bucket, sentAt, times) };
    const next = afterRotation(pace, { sentAt, provedAt: sentAt, due, life: ofLife }, times);
    expect(next).toMatchObject({ failures: 0, stepsAfterExpiry: 0, lastFailure: null });
    expect(tokensAt(next.bucket, sentAt, times)).toBe(tokens);
  });
});

describe('freeze windows', () => {
  const window = { start: t0 + 60 * day, end: t0 + 74 * day };
  const policy = {
    freezeWindows: [{ start: new Date(window.start).toISOString(), end: new Date(window.end).toISOString() }],
  };

  it('hold for a retry: it comes before, not sooner than half its wait', () => {
    const at = window.start - 5 * hour;
    const pace = failed(at, 'kept', null, { ...newPace(t0), failures: 3 });
    const next = ask({ pace, policy, now: at, due: { ...due, at: t0 + 58 * day } });
    expect(next.moved).toBe('before');
    expect(next.at).toBeGreaterThanOrEqual(at + 4 * hour);
    expect(next.at).toBeLessThan(window.start);
    // It is the same whenever it is asked, so that it does come.
    expect(ask({ pace, policy, now: next.at ?? 0, due: { ...due, at: t0 + 58 * day } })).toEqual(next);
  });

  it('hold for who was away: after the window', () => {
    const next = ask({ policy, now: window.start + day, due: { ...due, at: window.start - hour, moved: 'before' } });
    expect(next.moved).toBe('after');
    expect(next.at).toBeGreaterThanOrEqual(window.end);
  });

  it('yield to the expiry', () => {
    const long = { freezeWindows: [{ start: '2026-02-20T00:00:00Z', end: '2026-04-20T00:00:00Z' }] };
    const now = t0 + 70 * day;
    expect(ask({ policy: long, now, due: { ...due, at: t0 + 49 * day } })).toMatchObject({ at: now, moved: 'inside' });
    const pace = failed(t0 + 91 * day);
    expect(ask({ policy: long, now: t0 + 91 * day, pace })).toMatchObject({
      at: t0 + 91 * day + 5 * minute,
      moved: null,
    });
  });
});

it('reads the life of a secret once', () => {
  const secret = { issuedAt: t0, expiresAt: t0 + day, expiryKnown: true, lifeFrom: t0 + hour };
  expect(lifeOf(secret)).toEqual({ from: t0 + hour, end: t0 + day });
  expect(rotationDue(registrationId, secret, {}).at).toBeGreaterThan(t0 + hour);
});
