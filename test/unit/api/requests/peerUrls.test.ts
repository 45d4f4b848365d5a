import { describe, expect, test } from 'vitest';
import { peerUrlObstacle } from '../../../../api/requests/peerUrls.ts';

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
