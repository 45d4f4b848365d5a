import { describe, expect, test } from 'vitest';
import { isLoopbackName, peerUrlObstacle, redirectUriObstacle } from '../../../api/clientUris.ts';

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
    expect(redirectUriObstacle(uri)).toBeNull();
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
    expect(redirectUriObstacle(uri)).toContain(why);
  });
});

describe('URLs of health systems', () => {
  test.each(['https://ehr.example', 'https://ehr.example/fhir/', 'https://ehr.example:443/R4', 'http://127.0.0.1:1/'])(
    '%s is left to the guard',
    (url) => {
      expect(peerUrlObstacle(url, 'base')).toBeNull();
    },
  );

  test.each([
    ['https://u@ehr.example/', 'user name'],
    ['https://@ehr.example/', 'user name'],
    ['https://:@ehr.example/', 'user name'],
    ['https:\\\\u@ehr.example/', 'user name'],
    ['https://ehr.example/?', 'query'],
    ['https://ehr.example/?a=b', 'query'],
    ['https://ehr.example/#', 'fragment'],
    ['ftp://ehr.example/', 'https'],
    ['//ehr.example/', 'https'],
    ['ehr.example', 'https'],
    ['https://ehr.example/\tfhir', 'ASCII'],
  ])('%j is refused: %s', (url, why) => {
    expect(peerUrlObstacle(url, 'base')).toContain(why);
  });

  test('endpoints may have a query', () => {
    expect(peerUrlObstacle('https://ehr.example/register?tenant=1', 'endpoint')).toBeNull();
  });

  test('an @ in the path is no user name', () => {
    expect(peerUrlObstacle('https://ehr.example/a@b', 'base')).toBeNull();
  });
});

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
