import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lintStatementExpiry } from '../../../../domain/client/lint/statementExpiry.ts';
import {
  expiringWithin,
  isExpiring,
  remainingCountOf,
  type TokenFacts,
  tokenStateAt,
} from '../../../../domain/servers/initialAccessToken.ts';
import { isJwtForm, readJwtExpiry } from '../../../../domain/text/jsonWebToken.ts';

const now = Date.UTC(2026, 10, 21);
const fresh: TokenFacts = {
  source: 'operator',
  claimedAt: null,
  spentAt: null,
  sweptAt: null,
  revokedAt: null,
  expiresAt: null,
};

test.each<[string, Partial<TokenFacts>, ReturnType<typeof tokenStateAt>, number | null, boolean]>([
  ['nobody used', {}, 'waiting', null, false],
  ['its registration keeps', { claimedAt: now }, 'claimed', null, false],
  ['that was used', { claimedAt: now, spentAt: now, expiresAt: now - 1 }, 'spent', 0, false],
  ['that nobody claimed', { sweptAt: now }, 'swept', 0, false],
  ['past its end', { claimedAt: now, expiresAt: now }, 'expired', 0, false],
  ['that ends within a day', { expiresAt: now + expiringWithin }, 'waiting', null, true],
  ['that ends later', { expiresAt: now + expiringWithin + 1 }, 'waiting', null, false],
  ['an administrator issued', { source: 'keycloak-admin', claimedAt: now, expiresAt: now + 1 }, 'claimed', 1, false],
  ['an administrator took back', { source: 'keycloak-admin', revokedAt: now }, 'revoked', 0, false],
])('a token %s', (_what, facts, state, remaining, expiring) => {
  const token = { ...fresh, ...facts };
  expect(tokenStateAt(token, now)).toBe(state);
  expect(remainingCountOf(token, now)).toBe(remaining);
  expect(isExpiring(token, now)).toBe(expiring);
});

const jwt = (claims: unknown) =>
  ['{"alg":"RS384"}', JSON.stringify(claims), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');

describe('the end that a token tells of itself', () => {
  test.each<[string, string, number | null]>([
    ['in seconds', jwt({ exp: 1_800_000_000 }), 1_800_000_000_000],
    ['with a fraction', jwt({ exp: 1_800_000_000.5 }), 1_800_000_000_500],
    ['of no JWT', 'opaque-token', null],
    ['of two parts', 'a.b', null],
    ['of four parts', `${jwt({ exp: 1 })}.x`, null],
    ['without exp', jwt({ jti: 'x' }), null],
    ['that is text', jwt({ exp: '1800000000' }), null],
    ['of never', jwt({ exp: 0 }), null],
    ['beyond every calendar', jwt({ exp: 1e18 }), null],
    ['in an array', jwt([{ exp: 1 }]), null],
    ['that is too long to be looked into', jwt({ exp: 1, filler: 'x'.repeat(30_000) }), null],
  ])('%s', (_what, token, expected) => {
    expect(readJwtExpiry(token)).toBe(expected);
  });

  test('any text is read without throwing', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        for (const text of [one, `${one}.${other}.${one}`, `a.${Buffer.from(other).toString('base64url')}.b`]) {
          const expiry = readJwtExpiry(text);
          expect(expiry === null || Number.isSafeInteger(expiry)).toBe(true);
          expect(typeof isJwtForm(text)).toBe('boolean');
        }
      }),
    );
  });
});

test('a software statement that has ended is told before it is sent', () => {
  const codes = (claims: unknown, at: number | null) =>
    lintStatementExpiry({ software_statement: jwt(claims) }, at).map(({ code }) => code);
  expect(codes({ exp: now / 1000 }, now)).toContain('software-statement-expired');
  expect(codes({ exp: now / 1000 + 1 }, now)).not.toContain('software-statement-expired');
  expect(codes({}, now)).not.toContain('software-statement-expired');
  expect(codes({ exp: now / 1000 }, null)).not.toContain('software-statement-expired');
});
