import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rotationBackOff, rotationDue } from '../../../../domain/credential/dueTime.ts';

const day = 86_400_000;
const id = 'mercy.app.production.main';
const issuedAt = Date.UTC(2026, 0, 1);
const lifetime = { issuedAt, expiresAt: issuedAt + 90 * day };

describe('rotationDue', () => {
  it('is two thirds of the lifetime minus up to a tenth', () => {
    const { at, reason } = rotationDue(id, lifetime, {});
    expect(reason).toBeNull();
    expect(at).toBeGreaterThan(issuedAt + 50 * day);
    expect(at).toBeLessThanOrEqual(issuedAt + 60 * day);
  });

  it('never comes for a secret that does not expire without maxAge', () => {
    expect(rotationDue(id, { issuedAt, expiresAt: null }, {}).at).toBeNull();
  });

  it('follows maxAge where the expiry is not known', () => {
    const { at } = rotationDue(id, { issuedAt, expiresAt: null }, { maxAge: 'P30D' });
    expect(at).toBeGreaterThan(issuedAt + 26 * day);
    expect(at).toBeLessThanOrEqual(issuedAt + 30 * day);
  });

  it('follows renewBefore', () => {
    const { at } = rotationDue(id, lifetime, { renewBefore: 'P10D' });
    expect(at).toBeGreaterThan(issuedAt + 70 * day);
    expect(at).toBeLessThanOrEqual(issuedAt + 80 * day);
  });

  it('refuses renewBefore that is not shorter than the lifetime, with a reason', () => {
    const { at, reason } = rotationDue(id, lifetime, { renewBefore: 'P90D' });
    expect(reason).toBe('RotationPolicyInvalid');
    expect(at).toBe(rotationDue(id, lifetime, {}).at);
  });

  it('moves before a freeze window that it falls into', () => {
    const window = { start: '2026-02-01T00:00:00Z', end: '2026-04-01T00:00:00Z' };
    expect(rotationDue(id, lifetime, { freezeWindows: [window] }).at).toBe(Date.parse(window.start) - 1000);
  });

  it('lets expiry win where the freeze began before the secret was issued', () => {
    const window = { start: '2025-12-01T00:00:00Z', end: '2026-04-01T00:00:00Z' };
    expect(rotationDue(id, lifetime, { freezeWindows: [window] }).at).toBe(rotationDue(id, lifetime, {}).at);
  });

  it('lies strictly before expiry and is whole seconds, for every lifetime', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 3000, max: 5 * 365 * day }), (registrationId, length) => {
        const { at } = rotationDue(registrationId, { issuedAt, expiresAt: issuedAt + length }, {});
        expect(at).not.toBeNull();
        expect((at ?? 0) % 1000).toBe(0);
        expect(at).toBeLessThan(issuedAt + length * 0.7);
        expect(at).toBeGreaterThanOrEqual(issuedAt + Math.floor(length * 0.56) - 1000);
      }),
    );
  });
});

describe('rotationBackOff', () => {
  it.each([
    ['an hour first, when much is left', 0, 80 * day, 3_600_000],
    ['doubling', 3, 80 * day, 8 * 3_600_000],
    ['an eighth of what is left', 9, 8 * day, day],
    ['at least 30 s in the end', 20, 1000, 30_000],
  ])('is %s', (_name, attempts, remaining, expected) => {
    expect(rotationBackOff(attempts, lifetime, lifetime.expiresAt - remaining)).toBe(expected);
  });

  it('is at least a fiftieth of a short lifetime', () => {
    expect(rotationBackOff(0, { issuedAt, expiresAt: issuedAt + 120_000 }, issuedAt + 119_000)).toBe(2400);
  });
});
