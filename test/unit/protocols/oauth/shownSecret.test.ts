import { describe, expect, it } from 'vitest';
import { isNoSecret } from '../../../../protocols/oauth/shownSecret.ts';

describe('what stands in place of a client secret', () => {
  it.each([
    '********',
    '••••••••',
    'abcd****wxyz',
    '$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy',
    '$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA',
    '{bcrypt}$2a$10$N9qo8uLOickgx2ZMRZoMye',
    '{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=',
    'sha256:5f2b1c0a9e8d7c6b',
    'pbkdf2_sha256$600000$salt$hash',
    '{"hash":"abc","algorithm":"bcrypt"}',
    'vault:secret/data/client',
  ])('is a mask, a hash or a reference: %s', (text) => {
    expect(isNoSecret(text)).toBe(true);
  });

  it.each(['Zq7Wv2Lk9Pt4Rm8B', 'a*b**c', '5f2b1c0a9e8d7c6b5a4f3e2d1c0b9a8f', '$money$', 'x'.repeat(40), 'reference'])(
    'may be a secret: %s',
    (text) => {
      expect(isNoSecret(text)).toBe(false);
    },
  );
});
