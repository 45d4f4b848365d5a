import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRedirectUri } from '../../../../domain/client/redirectUri.ts';

describe('redirect URIs', () => {
  test.each([
    'https://app.example/callback',
    'https://app.example:8443/callback?tenant=1',
    'http://localhost/callback',
    'http://localhost:3000/callback',
    'http://127.0.0.1:50000/',
    'http://[::1]:50000/callback',
    'com.example.app:/oauth2redirect',
    'org.clinic.growth-chart://callback',
  ])('%s is taken', (uri) => {
    expect(readRedirectUri(uri).kind).not.toBe('unusable');
  });

  test.each([
    ['http://app.example/callback', 'https'],
    ['http://127.0.0.1.evil.example/', 'https'],
    ['http://localhost.evil.example/', 'https'],
    ['https://app.example/callback#fragment', 'fragment'],
    ['https://app.example/callback#', 'fragment'],
    ['https://*.app.example/', 'wildcard'],
    ['https://user@app.example/', 'user name'],
    ['javascript:alert(1)', 'private-use'],
    ['data:text/html,x', 'private-use'],
    ['myapp:/callback', 'private-use'],
    ['/callback', 'absolute'],
    ['', 'ASCII'],
    [' https://app.example/', 'ASCII'],
    ['https://app.example/\n', 'ASCII'],
    ['https://app.example/ä', 'ASCII'],
  ])('%j is refused: %s', (uri, why) => {
    expect(readRedirectUri(uri)).toMatchObject({ kind: 'unusable', rule: expect.stringContaining(why) });
  });

  test.each([
    ['https://', 'redirect-uri-not-absolute'],
    ['https:app.example', 'redirect-uri-not-absolute'],
    ['https:\\\\app.example', 'redirect-uri-characters'],
    ['https://app.example/{tenant}', 'redirect-uri-characters'],
    ['https://app.example:port/', 'redirect-uri-not-absolute'],
    ['com.example.app:', 'redirect-uri-not-absolute'],
    ['http://2130706433/', 'redirect-uri-not-https'],
  ])('%j is %s', (uri, code) => {
    expect(readRedirectUri(uri)).toMatchObject({ kind: 'unusable', code });
  });

  test('any text is judged, and what is taken is a URI that is absolute, without fragment and user', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl({ withFragments: true })), (text) => {
        const judged = readRedirectUri(text);
        if (judged.kind === 'unusable') return;
        const url = new URL(text);
        expect([url.hash, url.username, url.password]).toEqual(['', '', '']);
      }),
    );
  });
});
