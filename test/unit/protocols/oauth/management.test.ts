import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audienceSecret } from '../../../../protocols/http/audience.ts';
import {
  deleteRequest,
  parseDeleteResponse,
  parseReadResponse,
  parseUpdateResponse,
  readRequest,
  updateRequest,
} from '../../../../protocols/oauth/management.ts';
import { answerOf, anyAnswer, receivedAt } from './answers.ts';

const access = { clientUri: 'https://as.example/r/c1', token: audienceSecret('rat', ['https://as.example']) };
const context = {
  now: receivedAt,
  managementOrigins: ['https://as.example'],
  secretsInPlay: [],
  clientId: 'c1',
  askedAuthMethod: 'client_secret_basic' as const,
};
const html = '<html></html>';

describe('RFC 7592 section 2: the requests', () => {
  it.each([
    ['GET', readRequest(access)],
    ['DELETE', deleteRequest(access)],
  ])('%s goes to the client configuration endpoint with the token and no body', (method, request) => {
    expect(request).toMatchObject({ method, url: access.clientUri, credential: { secret: access.token } });
    expect(request).not.toHaveProperty('body');
  });

  it('PUT sends the whole metadata with client_id, and nothing that the server sets', () => {
    const metadata = {
      client_name: 'App',
      client_secret: 's',
      registration_access_token: 'r',
      registration_client_uri: 'u',
      client_id_issued_at: 1,
      client_secret_expires_at: 2,
      client_id: 'other',
    };
    const request = updateRequest({ ...access, clientId: 'c1', metadata });
    expect(request).toMatchObject({ method: 'PUT', headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(request.body ?? '')).toEqual({ client_id: 'c1', client_name: 'App' });
  });
});

describe('answers', () => {
  it.each([
    [
      'a new secret and token',
      { client_id: 'c1', client_secret: 'new', registration_access_token: 'rat2' },
      { kind: 'client', clientSecret: 'new', registrationAccessToken: 'rat2' },
    ],
    ['neither: unchanged', { client_id: 'c1' }, { kind: 'client', clientSecret: null, registrationAccessToken: null }],
    ['an error beside the client', { client_id: 'c1', error: 'some' }, { kind: 'client', clientId: 'c1' }],
    ['no client_id at all', { client_secret: 'new' }, { kind: 'client', clientId: 'c1', clientSecret: 'new' }],
    [
      'another client',
      { client_id: 'c2', client_secret: 'x' },
      { kind: 'refused', reason: 'RegistrationAnswerNotUsable' },
    ],
  ])('to PUT and GET with 200 and %s', (_name, body, expected) => {
    expect(parseUpdateResponse(answerOf(200, body), context)).toMatchObject(expected);
    expect(parseReadResponse(answerOf(200, body), context)).toMatchObject(expected);
  });

  it.each([
    ['401', 401, { error: 'invalid_token' }, 'ManagementRejected', 'ManagementRejected', 'token'],
    ['404', 404, '', 'ManagementRejected', 'ManagementRejected', 'token'],
    ['400', 400, { error: 'invalid_client_metadata' }, 'ManagementRejected', 'UpdateRejected', 'input'],
    ['403', 403, { error: 'insufficient_scope' }, 'ManagementRejected', 'UpdateRejected', 'input'],
    ['405', 405, '', 'RotationNotSupported', 'RotationNotSupported', 'input'],
    ['501', 501, '', 'RotationNotSupported', 'RotationNotSupported', 'input'],
    ['503', 503, '', 'PeerNotAnswering', 'PeerNotAnswering', 'transient'],
    ['an error with 200', 200, { error: 'access_denied' }, 'ManagementRejected', 'UpdateRejected', 'input'],
    ['HTML with 200', 200, html, 'RegistrationAnswerNotUsable', 'RegistrationAnswerNotUsable', 'input'],
  ] as const)('%s', (_name, status, body, read, update, retryClass) => {
    expect(parseReadResponse(answerOf(status, body), context)).toMatchObject({
      kind: 'refused',
      reason: read,
      retryClass,
    });
    expect(parseUpdateResponse(answerOf(status, body), context)).toMatchObject({
      kind: 'refused',
      reason: update,
      retryClass,
    });
  });

  it('takes a PUT that answers 204', () => {
    expect(parseUpdateResponse(answerOf(204, ''), context)).toEqual({ kind: 'unchanged' });
  });

  it.each([
    [204, '', { kind: 'deleted' }],
    [200, '', { kind: 'deleted' }],
    [404, '', { kind: 'gone' }],
    [200, { deleted: true, error: null }, { kind: 'deleted' }],
    [200, { error: 'server_error' }, { kind: 'refused', reason: 'RetireNotSupported', retryClass: 'input' }],
    [200, { error: { id: 'server_error' } }, { kind: 'refused', reason: 'RetireNotSupported', retryClass: 'input' }],
    [200, html, { kind: 'refused', reason: 'RetireNotSupported' }],
    [405, '', { kind: 'refused', reason: 'RetireNotSupported', retryClass: 'input' }],
    [403, '', { kind: 'refused', reason: 'RetireNotSupported', retryClass: 'input' }],
    [401, '', { kind: 'refused', reason: 'ManagementRejected', retryClass: 'token' }],
    [503, '', { kind: 'refused', reason: 'PeerNotAnswering', retryClass: 'transient' }],
  ])('to DELETE with %i %s', (status, body, expected) => {
    expect(parseDeleteResponse(answerOf(status, body), context)).toMatchObject(expected);
  });

  it('whatever the peer sends, no parser throws', () => {
    fc.assert(
      fc.property(anyAnswer, (answer) => {
        for (const parse of [parseReadResponse, parseUpdateResponse, parseDeleteResponse]) {
          expect(parse(answer, context)).toHaveProperty('kind');
        }
      }),
      { numRuns: 2000 },
    );
  });
});
