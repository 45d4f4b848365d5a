import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FailedOutcome } from '../../../../domain/credential/pacing.ts';
import { type Behaviour, livePaced, mostWithin } from '../../../support/pacedPeer.ts';

const second = 1000;
const hour = 3600 * second;
const day = 24 * hour;
const t0 = Date.UTC(2026, 0, 1);

describe('peers', () => {
  const ninety = { issuedAt: t0, expiresAt: t0 + 90 * day, expiryKnown: true };
  const live = (behaviours: Behaviour[], until = t0 + 365 * day, secret = ninety) =>
    livePaced(secret, behaviours, until);

  it.each([
    ['a duration written as a date', -t0 - 60 * day + 86_400 * second],
    ['an expiry in the past', -day],
    ['now + 1', second],
    ['29 seconds', 29 * second],
  ])('one that answers %s is rotated once and then left alone', (_name, expiresIn) => {
    const { sent, parked, life: left } = live([{ does: 'issue', expiresIn }]);
    expect(sent).toHaveLength(1);
    expect(parked).toBe(true);
    expect(left.expiryKnown).toBe(false);
  });

  it.each<[string, Behaviour, number]>([
    ['keeps the secret', { does: 'keep' }, 5],
    ['keeps it under an expiry in the past', { does: 'keep', expiresIn: -day }, 5],
    ['keeps it and takes the expiry back', { does: 'keep', expiresIn: null }, 5],
    ['answers 400', { does: 'fail', outcome: 'refused' }, 5],
    ['answers 500', { does: 'fail', outcome: 'unreachable' }, 26],
    ['answers 500 and a Retry-After of a day', { does: 'fail', outcome: 'unreachable', retryAfter: day }, 2],
  ])('one that %s is asked so often on the day after expiry', (_name, behaviour, most) => {
    const { sent } = live([behaviour], t0 + 91 * day);
    const after = sent.filter(({ at }) => at >= ninety.expiresAt);
    expect(after.length).toBeLessThanOrEqual(most);
    expect(after.length).toBeGreaterThan(0);
    expect(
      mostWithin(
        sent.map(({ at }) => at),
        day,
      ),
    ).toBeLessThanOrEqual(48);
  });

  it('one that shows a mask is asked again, each time after the mask was set aside', () => {
    const { sent } = live([{ does: 'mask' }], t0 + 90 * day);
    expect(sent.length).toBeGreaterThan(10);
    expect(sent.length).toBeLessThanOrEqual(68);
  });

  it('one whose token is dead is asked by a ladder within the ceiling', () => {
    const { sent } = live([{ does: 'refuse-token', reads: 10 }]);
    const all = sent.map(({ at }) => at);
    expect(mostWithin(all, day)).toBeLessThanOrEqual(48);
    expect(mostWithin(all, 7 * day)).toBeLessThanOrEqual(192);
  });

  it('one that keeps the secret and moves its expiry is asked once a life', () => {
    const { sent } = live([{ does: 'keep', expiresIn: 90 * day }]);
    expect(sent.length).toBeGreaterThanOrEqual(5);
    expect(sent.length).toBeLessThanOrEqual(8);
  });

  it('one that moves it by a second a time puts nothing off', () => {
    const creeping = livePaced(ninety, [{ does: 'keep', expiresIn: 35 * day }, { does: 'keep' }], t0 + 90 * day);
    expect(creeping.sent.length).toBeGreaterThan(10);
  });

  it('one whose secrets live 30 seconds is rotated for ever', () => {
    const { sent } = live([{ does: 'issue', expiresIn: 30 * second }], t0 + 365 * day);
    expect(sent).toHaveLength(5000);
    expect(sent.at(-1)?.at).toBeLessThan(t0 + 62 * day);
  });
});

describe('for every peer', () => {
  const expiresIn = fc.option(
    fc.oneof(
      fc.constantFrom<number | null>(null, 0, 1, second, 29_999, 30_000, 45_000, hour, day, 90 * day),
      fc.integer({ min: -100 * day, max: 400 * day }),
    ),
    { nil: undefined },
  );
  const behaviour: fc.Arbitrary<Behaviour> = fc.oneof(
    expiresIn.map(
      (value): Behaviour => (value === undefined ? { does: 'issue' } : { does: 'issue', expiresIn: value }),
    ),
    expiresIn.map((value): Behaviour => (value === undefined ? { does: 'keep' } : { does: 'keep', expiresIn: value })),
    fc.constant<Behaviour>({ does: 'mask' }),
    fc
      .record({
        outcome: fc.constantFrom<FailedOutcome>('unreachable', 'refused', 'kept'),
        retryAfter: fc.oneof(
          fc.constantFrom(0, -1, Number.NaN, Number.POSITIVE_INFINITY, day),
          fc.integer({ max: 10 * day }),
        ),
      })
      .map((failure): Behaviour => ({ does: 'fail', ...failure })),
    fc.integer({ min: 0, max: 30 }).map((reads): Behaviour => ({ does: 'refuse-token', reads })),
  );
  const lifetime = fc.oneof(
    fc.constantFrom(30_000, 45_000, 120_000, hour, day, 90 * day),
    fc.integer({ min: 30_000, max: 800 * day }),
  );
  const windows = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 360 }), fc.integer({ min: 1, max: 40 })).map(([from, length]) => ({
      start: new Date(t0 + from * day).toISOString(),
      end: new Date(t0 + (from + length) * day).toISOString(),
    })),
    { maxLength: 4 },
  );

  it('a year has never more than 48 requests in 24 hours nor 192 in 7 days, and none before its floor', () => {
    fc.assert(
      fc.property(
        fc.array(behaviour, { minLength: 1, maxLength: 6 }),
        lifetime,
        windows,
        (behaviours, length, freezeWindows) => {
          const start = { issuedAt: t0, expiresAt: t0 + length, expiryKnown: true };
          const { sent } = livePaced(start, behaviours, t0 + 365 * day, { freezeWindows });
          const counted = sent.filter(({ worthIt }) => !worthIt).map(({ at }) => at);
          expect(mostWithin(counted, day)).toBeLessThanOrEqual(48);
          expect(mostWithin(counted, 7 * day)).toBeLessThanOrEqual(192);
          sent.forEach(({ at, floor }, index) => {
            const before = sent[index - 1];
            if (before === undefined || floor === 0) return;
            expect(at - before.at).toBeGreaterThanOrEqual(Math.floor(floor));
            expect(at - before.at).toBeGreaterThanOrEqual(second);
          });
        },
      ),
      { numRuns: 150 },
    );
  });

  it('it is asked at least once before the expiry, and goes on after it', () => {
    fc.assert(
      fc.property(lifetime, windows, (length, freezeWindows) => {
        const start = { issuedAt: t0, expiresAt: t0 + length, expiryKnown: true };
        const { sent } = livePaced(start, [{ does: 'fail', outcome: 'refused' }], start.expiresAt + day, {
          freezeWindows,
        });
        expect(sent.some(({ at }) => at < start.expiresAt)).toBe(true);
        expect(sent.some(({ at }) => at >= start.expiresAt)).toBe(true);
      }),
    );
  });

  it('rotates before expiry whatever the windows, where the peer does its part', () => {
    fc.assert(
      fc.property(fc.integer({ min: hour, max: 200 * day }), windows, (length, freezeWindows) => {
        const start = { issuedAt: t0, expiresAt: t0 + length, expiryKnown: true };
        const { sent } = livePaced(
          start,
          [{ does: 'issue', expiresIn: length }],
          t0 + 365 * day,
          { freezeWindows },
          500,
        );
        let end = start.expiresAt;
        for (const { at } of sent) {
          expect(at).toBeLessThan(end);
          end = at + length;
        }
      }),
    );
  });
});
