import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Api, addTenant, placesOf, problemName, startApi } from './harness.ts';

let api: Api;
let registrationId: string;

beforeAll(async () => {
  api = await startApi();
  registrationId = await addTenant(api, 'clinic', 'growth-chart');
});
afterAll(() => api.close());
beforeEach(() => {
  api.entities.operated.length = 0;
});

const report = (body: unknown, key = api.operator) =>
  api.call('POST', `/v1/registrations/${registrationId}/report-launch`, { key, body });

describe('a launch report', () => {
  test.each([
    [{ outcome: 'success' }, { outcome: 'success', mode: 'ehr', error: null, grantedScopes: null }],
    [
      {
        outcome: 'success',
        mode: 'standalone',
        grantedScope: 'openid patient/*.rs patient/Observation.rs?category=a|b',
      },
      {
        outcome: 'success',
        mode: 'standalone',
        error: null,
        grantedScopes: ['openid', 'patient/*.rs', 'patient/Observation.rs?category=a|b'],
      },
    ],
    [
      { outcome: 'failure', error: 'access_denied: the user\n\u001b[31msaid no' },
      { outcome: 'failure', mode: 'ehr', error: 'access_denied: the user [31msaid no', grantedScopes: null },
    ],
  ])('%j reaches the entity as words', async (body, details) => {
    const answer = await report({ ...body, reason: 'smoke test' });
    expect(answer.status).toBe(202);
    expect(api.entities.operated).toMatchObject([
      { kind: 'reportLaunch', registrationId, reason: 'smoke test', details },
    ]);
  });

  test('that quotes tokens tells them to nobody', async () => {
    const token = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJlLXRoYXQtaXMtbG9uZw';
    await report({ outcome: 'failure', error: `refused ${token}`, grantedScope: `openid ${token}` });
    expect(api.entities.operated).toHaveLength(1);
    const told = JSON.stringify(api.entities.operated);
    for (const part of token.split('.')) expect(told).not.toContain(part);
  });

  test.each([
    ['no outcome', {}, '/outcome'],
    ['another outcome', { outcome: 'works' }, '/outcome'],
    ['another mode', { outcome: 'success', mode: 'desktop' }, '/mode'],
    ['an error that is no text', { outcome: 'failure', error: { code: 1 } }, '/error'],
    ['an error that is too long', { outcome: 'failure', error: 'e'.repeat(2001) }, '/error'],
    ['scopes with a line break', { outcome: 'success', grantedScope: 'openid\nlaunch' }, '/grantedScope'],
    ['scopes as a list', { outcome: 'success', grantedScope: ['openid'] }, '/grantedScope'],
    ['too many scopes', { outcome: 'success', grantedScope: Array(501).fill('a').join(' ') }, '/grantedScope'],
    ['an unknown member', { outcome: 'success', accessToken: 'x' }, '/accessToken'],
  ])('with %s is refused and changes nothing', async (_what, body, place) => {
    const before = await api.counts();
    const answer = await report(body);
    expect([answer.status, problemName(answer), placesOf(answer)[0]]).toEqual([422, 'validation-failed', place]);
    expect(await api.counts()).toEqual(before);
  });

  test('is not for viewers', async () => {
    expect((await report({ outcome: 'success' }, api.viewer)).status).toBe(403);
  });
});

describe('the registrations of a launch', () => {
  const found = async (iss: string) => {
    const query = new URLSearchParams({ applicationId: 'growth-chart', iss });
    const answer = await api.call('GET', `/v1/registrations?${query}`, { key: api.viewer });
    expect(answer.status).toBe(200);
    return (answer.body['items'] as { registrationId: string }[]).map((item) => item.registrationId);
  };

  test('are found by iss: one trailing slash is ignored, the case of the path kept', async () => {
    const second = await addTenant(api, 'practice', 'growth-chart');
    await addTenant(api, 'practice-two', 'other-app');
    const both = [registrationId, second];
    expect(await found('https://ehr.example/fhir')).toEqual(both);
    expect(await found('https://ehr.example/fhir/')).toEqual(both);
    expect(await found('https://EHR.example:443/fhir')).toEqual(both);
    expect(await found('https://ehr.example/FHIR')).toEqual([]);
    expect(await found('https://ehr.example/fhir//')).toEqual([]);
  });
});
