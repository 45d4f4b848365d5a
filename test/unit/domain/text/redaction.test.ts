import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodingsOf, isTokenLike, safeText } from '../../../../domain/text/redaction.ts';

const secret = fc.oneof(
  fc.string({ minLength: 1, maxLength: 80, unit: 'binary' }),
  fc.string({ minLength: 1, maxLength: 80, unit: 'grapheme-ascii' }),
  fc.base64String({ minLength: 16, maxLength: 64 }),
);

/** How a peer may echo a secret; each result contains the secret in that encoding. */
const echoes: Record<string, (secret: string, before: string) => string> = {
  plain: (value, before) => before + value,
  base64: (value, before) => Buffer.from(before + value).toString('base64'),
  base64url: (value, before) => Buffer.from(before + value).toString('base64url'),
  'Basic pair': (value) => `Basic ${Buffer.from(`client-1:${value}`).toString('base64')}`,
  'Basic pair, form-encoded as RFC 6749': (value) =>
    `Basic ${Buffer.from(`client-1:${new URLSearchParams([['', value]]).toString().slice(1)}`).toString('base64')}`,
  'URL-encoded': (value) => `?secret=${encodeURIComponent(value)}`,
  'URL-encoded in lower case': (value) =>
    `?secret=${encodeURIComponent(value).replace(/%../g, (byte) => byte.toLowerCase())}`,
  'form-encoded': (value) => new URLSearchParams({ client_secret: value }).toString(),
  'JSON-encoded': (value) => JSON.stringify({ client_secret: value }),
  'JSON-encoded with escaped slashes': (value) => JSON.stringify({ client_secret: value }).replaceAll('/', '\\/'),
  'hexadecimal, lower': (value) => Buffer.from(value).toString('hex'),
  'hexadecimal, upper': (value) => Buffer.from(value).toString('hex').toUpperCase(),
  'HTML-encoded': (value) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
};

describe('encodingsOf', () => {
  const value = 'p4ss "w/rd"+&ü-N0t-S0-Sh0rt?';
  it.each(Object.entries(echoes))('finds the secret echoed %s', (_name, echo) => {
    for (const before of ['', 'a', 'ab', 'abc']) {
      const text = echo(value, before);
      expect(encodingsOf(value).filter((form) => text.includes(form))).not.toEqual([]);
    }
  });

  it('always contains the secret itself, is free of repetition and longest first', () => {
    fc.assert(
      fc.property(secret, (given) => {
        const forms = encodingsOf(given);
        expect(forms).toContain(given);
        expect(new Set(forms).size).toBe(forms.length);
        expect(forms.map((form) => form.length)).toEqual(forms.map((form) => form.length).sort((a, b) => b - a));
      }),
    );
  });

  it('has no form of nothing', () => expect(encodingsOf('')).toEqual([]));
});

describe('safeText', () => {
  it('leaves ordinary peer text readable', () => {
    for (const text of [
      "Policy 'Trusted Hosts' rejected request to client-registration service. Details: Host not trusted.",
      'invalid_redirect_uri: https://app.example.org/callback is not allowed',
      'token_endpoint_auth_method must be client_secret_basic',
      'tokenEndpointAuthSigningAlg is not supported, see org.keycloak.services.clientregistration',
    ])
      expect(safeText(text)).toBe(text);
  });

  it.each(Object.entries(echoes))('removes a secret in play echoed %s', (_name, echo) => {
    fc.assert(
      fc.property(secret, fc.string({ maxLength: 5 }), fc.string({ maxLength: 400 }), (given, before, around) => {
        const shown = safeText(`${around} ${echo(given, before)} ${around}`, [given]);
        expect(encodingsOf(given).filter((form) => shown.includes(form))).toEqual([]);
      }),
    );
  });

  it('keeps what it promises for any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 2000 }),
        fc.array(secret, { maxLength: 3 }),
        (text, secrets) => {
          const shown = safeText(text, secrets);
          expect(shown.length).toBeLessThanOrEqual(300);
          expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
          expect(secrets.flatMap(encodingsOf).filter((form) => shown.includes(form))).toEqual([]);
          expect((shown.match(/[A-Za-z0-9_~+%=-]+/g) ?? []).filter(isTokenLike)).toEqual([]);
        },
      ),
    );
  });

  it('finds a secret that is interleaved with invisible characters', () => {
    const hidden = [...'s3cret-value'].join('\u200b');
    expect(safeText(`before ${hidden} after`, ['s3cret-value'])).toBe('before [redacted] after');
  });

  it('removes bidirectional overrides and control characters, and makes one line', () => {
    expect(safeText('a\u202eb\u2066c\u0000d\r\n\te')).toBe('abcd e');
  });

  it('does not let a secret survive at the end of the bounded input', () => {
    const given = 'correct horse battery staple';
    expect(safeText(`${'\u0000'.repeat(7_990)}${given}`, [given])).not.toContain('correct');
  });

  it('removes secrets that look like the marker', () => {
    for (const given of ['e', '[', 'redacted', '[redacted]', ']['])
      expect(safeText('one redacted [text] e', [given])).not.toContain(given);
  });

  it.each([
    ['a JWT', 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2VociJ9.c2lnbmF0dXJlLXNpZ25hdHVyZQ'],
    ['a UUID', '0b6f2a52-5b6e-4a3b-9a77-0d9d3c1c2f10'],
    ['base64 without digits', 'QWxhZGRpbjpvcGVuIHNlc2FtZQ'.replace(/\d/g, 'x')],
    ['hexadecimal', 'deadbeefdeadbeefdeadbeef00'],
    ['a long number', '123456789012345678901'],
  ])('redacts %s that nobody told it about', (_name, token) => {
    expect(safeText(`token ${token} is not known`)).toMatch(/^token (\[redacted\]\.?)+ is not known$/);
  });

  it('is bounded in time for a large text', () => {
    expect(safeText('x y '.repeat(2_000_000), ['secret-in-play']).length).toBe(300);
  });
});
