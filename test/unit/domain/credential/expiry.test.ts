import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expiryOfKeptSecret, expiryOfNewSecret, lifetimeFinding } from '../../../../domain/credential/expiry.ts';
import { defaultPaceTimes as times } from '../../../../domain/time/pace.ts';

const second = 1000;
const day = 86_400 * second;
const t0 = Date.UTC(2026, 0, 1);

describe('the expiry of a secret that is new to us', () => {
  it.each([
    ['a duration written as a date', 86_400 * second],
    ['90 days written as a date', 7_776_000 * second],
    ['the past', t0 - 1],
    ['now', t0],
    ['now + 1', t0 + second],
    ['29.999 s', t0 + 29_999],
  ])('%s is not usable, and unknown', (_name, expiresAt) => {
    expect(expiryOfNewSecret({ expiresAt, expiryKnown: true }, t0, times)).toEqual({
      expiresAt: null,
      expiryKnown: false,
      reason: 'ExpiryNotUsable',
    });
  });

  it.each([
    ['30 s', t0 + 30 * second, true],
    ['90 days', t0 + 90 * day, true],
    ['never', null, true],
    ['nothing said', null, false],
  ])('%s is taken as it is', (_name, expiresAt, expiryKnown) => {
    expect(expiryOfNewSecret({ expiresAt, expiryKnown }, t0, times)).toEqual({ expiresAt, expiryKnown, reason: null });
  });
});

describe('the life of a secret that an answer kept', () => {
  const life = { issuedAt: t0, expiresAt: t0 + 90 * day, expiryKnown: true };
  const at = t0 + 56 * day;
  const stated = (expiresAt: number | null, expiryKnown = true) => ({ expiresAt, expiryKnown });

  it.each([
    ['says nothing', stated(null, false)],
    ['says never', stated(null)],
    ['shortens it', stated(t0 + 80 * day)],
    ['says the same', stated(life.expiresAt)],
    ['says the past', stated(86_400 * second)],
    ['says now + 1', stated(at + second)],
  ])('stays when the answer %s', (_name, answer) => {
    expect(expiryOfKeptSecret(life, answer, at, times)).toEqual(life);
  });

  it('begins anew when its end moves by so much that half a life lies ahead', () => {
    expect(expiryOfKeptSecret(life, stated(at + 90 * day), at, times)).toEqual({
      ...life,
      expiresAt: at + 90 * day,
      lifeFrom: at,
    });
  });

  it('only ends later when it moves by less', () => {
    expect(expiryOfKeptSecret(life, stated(life.expiresAt + second), at, times)).toEqual({
      ...life,
      expiresAt: life.expiresAt + second,
    });
  });

  it('takes an end where none was known, counted from the answer', () => {
    const unknown = { issuedAt: t0, expiresAt: null, expiryKnown: false };
    expect(expiryOfKeptSecret(unknown, stated(at + day), at, times)).toEqual({
      issuedAt: t0,
      expiresAt: at + day,
      expiryKnown: true,
      lifeFrom: at,
    });
    expect(expiryOfKeptSecret(unknown, stated(null), at, times)).toEqual({ ...unknown, expiryKnown: true });
    expect(expiryOfKeptSecret(unknown, stated(at - day), at, times)).toEqual(unknown);
  });

  it('never ends earlier, whatever is answered', () => {
    const anything = fc.record({
      expiresAt: fc.option(fc.integer({ min: 0, max: t0 * 2 })),
      expiryKnown: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(anything), (answers) => {
        let kept: Parameters<typeof expiryOfKeptSecret>[0] = life;
        answers.forEach((answer, index) => {
          const next = expiryOfKeptSecret(kept, answer, t0 + index * day, times);
          expect(next.expiryKnown).toBe(true);
          expect(next.expiresAt).toBeGreaterThanOrEqual(kept.expiresAt ?? Number.NaN);
          kept = next;
        });
      }),
    );
  });
});

describe('a very short lifetime', () => {
  const life = (length: number | null) => ({
    issuedAt: t0,
    expiresAt: length === null ? null : t0 + length,
    expiryKnown: true,
  });

  it.each([
    ['59 minutes in production', 59 * 60 * second, 'production', 'LifetimeVeryShort'],
    ['an hour in production', 3600 * second, 'production', null],
    ['45 s elsewhere', 45 * second, 'nonProduction', null],
    ['never in production', null, 'production', null],
  ] as const)('%s', (_name, length, environmentClass, expected) => {
    expect(lifetimeFinding(life(length), environmentClass, times)).toBe(expected);
  });
});
