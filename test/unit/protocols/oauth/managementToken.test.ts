import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractManagementToken } from '../../../../protocols/oauth/managementToken.ts';
import { answerOf, anyAnswer, receivedAt } from './answers.ts';

const audience = ['https://as.example'];

describe('the registration access token of an answer', () => {
  it('comes with where it may be sent', () => {
    const body = {
      client_id: 'c1',
      registration_access_token: 't',
      registration_client_uri: 'https://as.example/r/c1',
    };
    expect(extractManagementToken(answerOf(201, body), { audience })).toEqual({
      token: 't',
      clientUri: 'https://as.example/r/c1',
      clientId: 'c1',
      audience,
      receivedAt,
    });
  });

  it.each([
    ['cut off in the middle', '{"client_id":"c1","registration_access_token":"t\\u0041","client_secr', 'tA'],
    ['wrapped in something', 'callback({"registration_access_token": "t"})', 't'],
    ['without a usable client id', '{"client_id":null,"registration_access_token":"t"}', 't'],
    ['with an error status', '{"error":"x","registration_access_token":"t"}', 't'],
  ])('is found in a body %s', (_name, body, token) => {
    expect(extractManagementToken(answerOf(500, body), { audience, clientId: 'known' })).toMatchObject({ token });
  });

  it.each([
    ['none', {}],
    ['empty', { registration_access_token: '' }],
    ['not a text', { registration_access_token: 5 }],
    ['with a line break', { registration_access_token: 'a\r\nb' }],
  ])('is null when %s', (_name, body) => {
    expect(extractManagementToken(answerOf(200, body), { audience })).toBeNull();
  });

  it('keeps the token when its address cannot be used', () => {
    const body = { registration_access_token: 't', registration_client_uri: 'https://evil.example/' };
    expect(extractManagementToken(answerOf(201, body), { audience, clientId: 'c9' })).toMatchObject({
      token: 't',
      clientUri: null,
      clientId: 'c9',
    });
  });

  it('is found wherever the body is cut after it, whatever the body', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (extra, cut) => {
        const head = `{"registration_access_token":"tok-1"`;
        const text = `${head},"extra":${JSON.stringify(extra)}}`;
        const body = text.slice(0, head.length + (cut % (text.length - head.length + 1)));
        expect(extractManagementToken(answerOf(201, body), { audience })?.token).toBe('tok-1');
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(anyAnswer, (answer) => void extractManagementToken(answer, { audience })),
      { numRuns: 2000 },
    );
  });
});
