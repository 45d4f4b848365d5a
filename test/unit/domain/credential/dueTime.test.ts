import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientDue, nearerEnd, overdueAt, rotationDue } from '../../../../domain/credential/dueTime.ts';

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

  it.each(['P82D', 'P89D', 'P90D', 'P900D'])(
    'refuses to renew %s before the end of 90 days: it would never rest',
    (renewBefore) => {
      expect(rotationDue(id, lifetime, { renewBefore }).reason).toBe('RotationPolicyInvalid');
    },
  );

  it('leaves half of what renewBefore leaves, whatever the jitter', () => {
    for (let index = 0; index < 100; index += 1) {
      const { at } = rotationDue(`t${index}.app.production.main`, lifetime, { renewBefore: 'P81D' });
      expect(at).toBeGreaterThanOrEqual(issuedAt + 4.5 * day - 1000);
    }
  });

  it('counts a kept secret that was given a new life from there', () => {
    const lifeFrom = issuedAt + 56 * day;
    const { at } = rotationDue(id, { issuedAt, lifeFrom, expiresAt: lifeFrom + 90 * day }, {});
    expect(at).toBe(rotationDue(id, { issuedAt: lifeFrom, expiresAt: lifeFrom + 90 * day }, {}).at);
  });

  it('moves into the hours before a freeze window that it falls into', () => {
    const window = { start: '2026-02-01T00:00:00Z', end: '2026-04-01T00:00:00Z' };
    const { at, moved } = rotationDue(id, lifetime, { freezeWindows: [window] });
    expect(moved).toBe('before');
    expect(at).toBeLessThan(Date.parse(window.start));
    expect(at).toBeGreaterThanOrEqual(Date.parse(window.start) - day / 2);
  });

  it.each([
    ['before', '2026-02-20T00:00:00Z', '2026-03-06T00:00:00Z'],
    ['after', '2026-01-10T00:00:00Z', '2026-03-06T00:00:00Z'],
  ])('spreads ten thousand registrations over the hours %s a window', (side, start, end) => {
    const seconds = new Map<number, number>();
    for (let index = 0; index < 10_000; index += 1) {
      const { at, moved } = rotationDue(`t${index}.app.production.main`, lifetime, { freezeWindows: [{ start, end }] });
      if (moved === null) continue;
      expect(moved).toBe(side);
      seconds.set(at ?? 0, (seconds.get(at ?? 0) ?? 0) + 1);
    }
    expect(seconds.size).toBeGreaterThan(4000);
    expect(Math.max(...seconds.values())).toBeLessThanOrEqual(8);
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

describe('the end of the client itself', () => {
  it('has a due time of its own, which no rotation of the secret moves', () => {
    const client = { clientIssuedAt: issuedAt, clientExpiresAt: issuedAt + 30 * day };
    const first = clientDue(id, { issuedAt, ...client }, {});
    expect(first.at).toBeGreaterThanOrEqual(issuedAt + 17 * day - 1000);
    expect(first.at).toBeLessThanOrEqual(issuedAt + 20 * day);
    expect(clientDue(id, { issuedAt: issuedAt + 10 * day, ...client }, {})).toEqual(first);
  });

  it('is never due where it does not end', () => {
    expect(clientDue(id, { issuedAt }, {}).at).toBeNull();
  });

  it.each([
    ['the secret', issuedAt + 10 * day, issuedAt + 30 * day, { of: 'secret', at: issuedAt + 10 * day }],
    ['the client', issuedAt + 90 * day, issuedAt + 30 * day, { of: 'client', at: issuedAt + 30 * day }],
    ['the client, where the secret never ends', null, issuedAt + 30 * day, { of: 'client', at: issuedAt + 30 * day }],
    ['the secret, where only that ends', issuedAt + 10 * day, undefined, { of: 'secret', at: issuedAt + 10 * day }],
    ['nothing', null, undefined, null],
  ])('the nearer end is that of %s', (_name, expiresAt, clientExpiresAt, expected) => {
    expect(nearerEnd({ issuedAt, expiresAt, ...(clientExpiresAt === undefined ? {} : { clientExpiresAt }) })).toEqual(
      expected,
    );
  });
});

describe('overdueAt', () => {
  it('is halfway from due to the end, more than two weeks before the end of 90 days', () => {
    const { at } = rotationDue(id, lifetime, {});
    expect(lifetime.expiresAt - overdueAt(at ?? 0, lifetime.expiresAt)).toBeGreaterThan(14 * day);
  });

  it('is not before due where the end has passed', () => {
    expect(overdueAt(10, 5)).toBe(10);
  });
});
