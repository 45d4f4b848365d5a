import { describe, expect, test } from 'vitest';
import { credentialBody as credentialSchema } from '../../../../api/schemas/registration/suppliedCredential.ts';
import { credentialBody, fieldsOf, launchBody, startOfDay, taskBody } from '../../../../dashboard/src/model/forms.ts';
import { taskView } from './views.ts';

test('fields lose blanks at their ends, and empty ones are left out', () => {
  const data: [string, unknown][] = [
    ['clientId', '  abc '],
    ['clientSecret', ' '],
    ['file', new Blob([])],
  ];
  expect(fieldsOf(data)).toEqual({ clientId: 'abc' });
});

describe('a credential', () => {
  const given = { clientId: 'abc', clientSecret: 's' };

  test.each([
    ['never', { ...given, expiry: 'never' }, { ...given, expiresAt: null }],
    ['unknown', { ...given, expiry: 'unknown' }, given],
    ['unknown after a day was typed', { ...given, expiry: 'unknown', expiresAt: '2027-01-31' }, given],
    [
      'on a day',
      { ...given, expiry: 'on', expiresAt: '2027-01-31' },
      { ...given, expiresAt: startOfDay('2027-01-31') },
    ],
  ])('that expires %s', (_name, fields, body) => {
    expect(credentialBody(fields)).toEqual(body);
    expect(credentialSchema.safeParse(body).success).toBe(true);
  });

  test('with everything is what the API takes', () => {
    const body = credentialBody({
      ...given,
      expiry: 'on',
      expiresAt: '2027-01-31',
      issuedAt: '2026-11-01',
      clientExpiresAt: '2028-01-31',
      tokenEndpointAuthMethod: 'client_secret_post',
      registrationAccessToken: 'rat',
      registrationClientUri: 'https://auth.example/client/abc',
    });
    expect(credentialSchema.safeParse(body).success).toBe(true);
    expect(body).not.toHaveProperty('expiry');
    expect(new Date(String(body['expiresAt'])).getTime()).toBe(new Date(2027, 0, 31).getTime());
  });

  test('keeps a day that is none, so that the API names it', () => {
    expect(credentialBody({ ...given, expiry: 'on', expiresAt: 'soon' })['expiresAt']).toBe('soonT00:00');
  });
});

describe('a launch', () => {
  test.each([
    [
      'success',
      { outcome: 'success', mode: 'ehr', grantedScope: 'openid \n fhirUser' },
      { grantedScope: 'openid fhirUser' },
    ],
    ['success that tells no scopes', { outcome: 'success', mode: 'ehr' }, {}],
    ['failure', { outcome: 'failure', mode: 'ehr', error: 'invalid_scope' }, { error: 'invalid_scope' }],
    ['success after an error was typed', { outcome: 'success', mode: 'ehr', error: 'x' }, {}],
  ])('%s', (_name, fields, told) => {
    expect(launchBody(fields)).toEqual({ outcome: fields.outcome, mode: 'ehr', ...told });
  });
});

describe('progress of a task', () => {
  const task = taskView({ owner: 'Ana', note: 'called' });
  const submitted = taskView({ state: 'submitted', submittedAt: '2026-11-20T12:00:00.000Z' });

  test.each([
    ['nothing', {}, task, null],
    ['what is so already', { owner: ' Ana ', state: 'open' as const }, task, null],
    ['another owner', { owner: 'Ben' }, task, { owner: 'Ben' }],
    ['no owner', { owner: ' ' }, task, { owner: null }],
    ['a state', { state: 'submitted' as const }, task, { state: 'submitted' }],
    [
      'a state with its time',
      { state: 'verified' as const, at: '2026-11-19T10:30' },
      submitted,
      { state: 'verified', verifiedAt: new Date(2026, 10, 19, 10, 30).toISOString() },
    ],
    [
      'another time of the same state',
      { at: '2026-11-19T10:30' },
      submitted,
      { state: 'submitted', submittedAt: new Date(2026, 10, 19, 10, 30).toISOString() },
    ],
    ['a time that an open task does not have', { at: '2026-11-19T10:30' }, task, null],
  ])('%s', (_name, draft, before, body) => {
    expect(taskBody(draft, before)).toEqual(body);
  });
});
