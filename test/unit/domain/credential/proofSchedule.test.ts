import { describe, expect, it } from 'vitest';
import { isInSample, nextProof, nextReading, type Proved } from '../../../../domain/credential/proofSchedule.ts';

const day = 86_400_000;
const week = 7 * day;
const now = Date.parse('2026-11-28T04:00:00Z');
const base: Proved = {
  registrationId: 'north.app.production.main',
  now,
  day,
  verdict: 'good',
  intervalDays: 0,
  issuedAt: now,
  endsAt: null,
  shared: false,
};
/** Days until the next one, rounded up: the jitter only shortens. */
const days = (changes: Partial<Proved>) => Math.ceil(((nextProof({ ...base, ...changes }).nextDue ?? 0) - now) / day);

describe('the next proof', () => {
  it.each<[before: number, verdict: Proved['verdict'], next: number]>([
    [0, 'good', 1],
    [1, 'good', 2],
    [2, 'good', 4],
    [4, 'good', 7],
    [7, 'good', 7],
    [7, 'rejected', 1],
    [7, 'inconclusive', 1],
    [7, null, 1],
  ])('after an interval of %i days that ended %s is in %i days', (intervalDays, verdict, next) => {
    expect(days({ intervalDays, verdict })).toBe(next);
    expect(nextProof({ ...base, intervalDays, verdict }).intervalDays).toBe(next);
  });

  it.each<[what: string, age: number, next: number]>([
    ['far from its end', 0, 7],
    ['when its last tenth begins within the week', 78, 4],
    ['in its last tenth', 85, 1],
    ['after its end', 95, 1],
  ])('of a secret of 90 days %s', (_what, age, next) => {
    const issuedAt = now - age * day;
    expect(days({ intervalDays: 7, issuedAt, endsAt: issuedAt + 90 * day })).toBe(next);
  });

  it('is spread over a tenth of the interval, so that an import does not come back as one burst', () => {
    const times = Array.from(
      { length: 1_000 },
      (_, index) => nextProof({ ...base, registrationId: `r${index}` }).nextDue!,
    );
    const [first, last] = [Math.min(...times) - now, Math.max(...times) - now];
    expect(first).toBeGreaterThanOrEqual(day * 0.9);
    expect(last).toBeLessThanOrEqual(day);
    const perMinute = new Map<number, number>();
    for (const time of times)
      perMinute.set(Math.floor(time / 60_000), (perMinute.get(Math.floor(time / 60_000)) ?? 0) + 1);
    expect(Math.max(...perMinute.values())).toBeLessThan(60);
  });

  it('of sharers is a sample’s, until one is not good', () => {
    const ids = Array.from({ length: 1_000 }, (_, index) => `practice-${index}.app.production.main`);
    const scheduled = ids.filter(
      (registrationId) => nextProof({ ...base, registrationId, shared: true }).nextDue !== null,
    );
    expect(scheduled.length).toBeGreaterThan(60);
    expect(scheduled.length).toBeLessThan(150);
    expect(scheduled).toEqual(ids.filter(isInSample));
    for (const registrationId of ids)
      expect(nextProof({ ...base, registrationId, shared: true, verdict: 'rejected' }).nextDue).not.toBeNull();
  });
});

describe('the next reading of documents', () => {
  it.each<[unchangedWeeks: number, days: number]>([
    [0, 7],
    [12, 7],
    [13, 30],
    [52, 30],
  ])('unchanged for %i weeks is in %i days', (weeks, expected) => {
    const at = nextReading({ registrationId: base.registrationId, now, week, changedAt: now - weeks * week });
    expect(Math.abs((at - now) / day - expected)).toBeLessThanOrEqual(expected / 10);
  });
});
