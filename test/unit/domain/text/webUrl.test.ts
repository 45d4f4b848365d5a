import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isLoopbackName, readWebUrl } from '../../../../domain/text/webUrl.ts';

test.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['127.255.1.2', true],
  ['[::1]', true],
  ['127.0.0.1.example', false],
  ['128.0.0.1', false],
  ['localhost.example', false],
])('%s is loopback: %s', (name, expected) => {
  expect(isLoopbackName(name)).toBe(expected);
});

describe('absolute http and https URLs', () => {
  test.each([
    ['https://app.example', { scheme: 'https', host: 'app.example', hasUserInformation: false }],
    ['HTTPS://App.Example:8443/a?b#c', { scheme: 'https', host: 'app.example', hasUserInformation: false }],
    ['http://[::1]:80/', { scheme: 'http', host: '[::1]', hasUserInformation: false }],
    ['https://a:b@app.example/', { scheme: 'https', host: 'app.example', hasUserInformation: true }],
    ['https://good.example@evil.example/', { scheme: 'https', host: 'evil.example', hasUserInformation: true }],
  ])('%s', (text, expected) => {
    expect(readWebUrl(text)).toEqual(expected);
  });

  test.each([
    '',
    'https://',
    'https:///path',
    'ftp://a.example',
    '//a.example',
    'https://a b',
    'https://ä.example/',
    'https://a:b:c/',
  ])('%j is none', (text) => {
    expect(readWebUrl(text)).toBeNull();
  });

  test('the host is the one that the URL parser reads', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (text) => {
        const read = readWebUrl(text);
        if (read !== null) expect(read.host).toBe(new URL(text).hostname);
      }),
    );
  });

  test('any text is read or refused', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void readWebUrl(text)));
  });
});
