import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerKey, type ProbeObservation } from '../../../../domain/credential/probeAnswer.ts';
import { judgeProbe as judge } from '../../../../domain/credential/probeVerdict.ts';
import { loadVendorErrors } from '../../../../runtime/vendorErrors.ts';

const vendorErrors = await loadVendorErrors();
type Given = Parameters<typeof judge>[0];
/** By the form of its grant, and with no vendor's errors known. */
const judgeProbe = (given: Omit<Given, 'form' | 'vendorErrors'> & Partial<Given>) =>
  judge({ form: given.grant, vendorErrors: [], ...given });

function error(
  status: number,
  code: string | null,
  more: { description?: string; errorUri?: string } = {},
): ProbeObservation {
  return { kind: 'error', status, error: code, description: more.description ?? null, errorUri: more.errorUri ?? null };
}
const html = (status: number): ProbeObservation => ({ kind: 'not-oauth', status, what: 'html' });
const away: ProbeObservation = { kind: 'no-answer' };
const differs = { controlDiffers: true, controlAnswer: '401 unauthorized_client' };
const tellsNothing = { controlDiffers: false, controlAnswer: '400 invalid_grant' };

describe('a bogus authorization code', () => {
  it.each([
    ['invalid_grant, nothing known', error(400, 'invalid_grant'), null, null, 'inconclusive', 'control-needed', true],
    [
      'invalid_grant, control differs (Keycloak)',
      error(400, 'invalid_grant'),
      error(401, 'unauthorized_client'),
      null,
      'good',
      'differs-from-wrong-secret',
      false,
    ],
    [
      'invalid_grant, control says invalid_client',
      error(400, 'invalid_grant'),
      error(401, 'invalid_client'),
      null,
      'good',
      'differs-from-wrong-secret',
      false,
    ],
    [
      'invalid_grant to anybody',
      error(400, 'invalid_grant'),
      error(400, 'invalid_grant'),
      null,
      'inconclusive',
      'tells-nothing-here',
      false,
    ],
    [
      'invalid_grant, known to differ',
      error(400, 'invalid_grant'),
      null,
      differs,
      'good',
      'differs-from-wrong-secret',
      false,
    ],
    [
      'invalid_grant, known to tell nothing',
      error(400, 'invalid_grant'),
      null,
      tellsNothing,
      'inconclusive',
      'tells-nothing-here',
      false,
    ],
    [
      'the answer that a wrong secret got before',
      error(401, 'unauthorized_client'),
      null,
      differs,
      'rejected',
      'same-as-wrong-secret',
      false,
    ],
    [
      'another answer than before, but no invalid_grant',
      error(400, 'invalid_request'),
      null,
      differs,
      'inconclusive',
      'control-needed',
      true,
    ],
    ['invalid_client', error(401, 'invalid_client'), null, null, 'rejected', 'client-rejected', false],
    ['invalid_client with 400', error(400, 'invalid_client'), null, null, 'rejected', 'client-rejected', false],
    [
      '401 unauthorized_client, nothing known',
      error(401, 'unauthorized_client'),
      null,
      null,
      'inconclusive',
      'control-needed',
      true,
    ],
    [
      '401 unauthorized_client for both',
      error(401, 'unauthorized_client'),
      error(401, 'unauthorized_client'),
      null,
      'inconclusive',
      'tells-nothing-here',
      false,
    ],
    [
      '400 unauthorized_client, control differs',
      error(400, 'unauthorized_client'),
      error(401, 'invalid_client'),
      null,
      'good',
      'differs-from-wrong-secret',
      false,
    ],
    ['401 without an OAuth error', error(401, null), null, null, 'inconclusive', 'control-needed', true],
    [
      'control without an answer',
      error(400, 'invalid_grant'),
      away,
      null,
      'inconclusive',
      'control-inconclusive',
      false,
    ],
    [
      'control answered with HTML',
      error(400, 'invalid_grant'),
      html(403),
      null,
      'inconclusive',
      'control-inconclusive',
      false,
    ],
    [
      'control told to slow down',
      error(400, 'invalid_grant'),
      error(429, 'slow_down'),
      null,
      'inconclusive',
      'control-inconclusive',
      false,
    ],
    [
      'control with 5xx',
      error(400, 'invalid_grant'),
      error(503, null),
      null,
      'inconclusive',
      'control-inconclusive',
      false,
    ],
    ['HTML with 200', html(200), null, differs, 'inconclusive', 'not-an-oauth-answer', false],
    ['HTML with 502', html(502), null, differs, 'inconclusive', 'server-busy-or-away', false],
    [
      'a redirect',
      { kind: 'not-oauth', status: 302, what: 'redirect' },
      null,
      differs,
      'inconclusive',
      'not-an-oauth-answer',
      false,
    ],
    ['404 with JSON', error(404, 'not_found'), null, differs, 'inconclusive', 'not-an-oauth-answer', false],
    ['429', error(429, 'invalid_client'), null, differs, 'inconclusive', 'server-busy-or-away', false],
    ['500 server_error', error(500, 'server_error'), null, differs, 'inconclusive', 'server-busy-or-away', false],
    [
      '400 temporarily_unavailable',
      error(400, 'temporarily_unavailable'),
      null,
      differs,
      'inconclusive',
      'server-busy-or-away',
      false,
    ],
    ['no answer', away, null, differs, 'inconclusive', 'server-busy-or-away', false],
    [
      'a bogus code that is accepted',
      { kind: 'tokens', status: 200 },
      null,
      null,
      'inconclusive',
      'bogus-code-accepted',
      false,
    ],
  ] as const)('%s', (_name, observation, control, knowledge, verdict, reason, wantsControl) => {
    const judged = judgeProbe({ observation, control, knowledge, grant: 'authorization_code' });
    expect(judged).toMatchObject({ verdict, reason, wantsControl });
  });

  it.each([
    ['differs', error(401, 'invalid_client'), { controlDiffers: true, controlAnswer: '401 invalid_client' }],
    [
      'is the same invalid_grant',
      error(400, 'invalid_grant'),
      { controlDiffers: false, controlAnswer: '400 invalid_grant' },
    ],
    ['has no answer', away, undefined],
  ])('learns from a control that %s', (_name, control, learned) => {
    const judged = judgeProbe({
      observation: error(400, 'invalid_grant'),
      control,
      knowledge: null,
      grant: 'authorization_code',
    });
    expect(judged.learned).toEqual(learned);
  });

  it('learns from two equal refusals only what a wrong secret gets: both may be wrong', () => {
    const refusal = error(401, 'unauthorized_client');
    const judged = judgeProbe({ observation: refusal, control: refusal, knowledge: null, grant: 'authorization_code' });
    expect(judged.learned).toEqual({ controlDiffers: false, controlAnswer: '401 unauthorized_client' });
  });

  it.each([
    ['a firewall that answers the wrong secret', error(400, 'invalid_grant'), error(403, 'request_blocked')],
    ['a firewall that answers the right secret', error(403, 'request_blocked'), error(401, 'invalid_client')],
    ['a server that says invalid_request to the second', error(400, 'invalid_grant'), error(400, 'invalid_request')],
  ])('%s proves nothing', (_name, observation, control) => {
    const judged = judgeProbe({ observation, control, knowledge: null, grant: 'authorization_code' });
    expect(judged.verdict).toBe('inconclusive');
    expect(judged.learned?.controlDiffers ?? false).toBe(false);
  });

  it.each([
    ['AADSTS700016: Application with identifier x was not found', 400, 'unauthorized_client', 'rejected'],
    ['AADSTS7000215: Invalid client secret provided.', 401, 'invalid_grant', 'rejected'],
    ['Client not enabled to retrieve service account', 401, 'unauthorized_client', 'good'],
  ] as const)('%s is %s whatever the code', (description, status, code, verdict) => {
    const observation = error(status, code, { description });
    const given = {
      observation,
      control: null,
      knowledge: differs,
      grant: 'client_credentials',
      vendorErrors,
    } as const;
    expect(judgeProbe(given)).toMatchObject({ verdict, reason: 'known-vendor-error' });
  });

  it('lets known vendor errors outrank the code', () => {
    const observation = error(400, 'invalid_grant', {
      errorUri:
        'https://authorization.example/errors/urn:cerner:error:authorization-server:oauth2:grant:unknown-tenant',
    });
    const judged = judgeProbe({
      observation,
      control: null,
      knowledge: differs,
      grant: 'authorization_code',
      vendorErrors,
    });
    expect(judged).toMatchObject({
      verdict: 'inconclusive',
      reason: 'known-vendor-error',
      vendor: { name: 'oracle-unknown-tenant' },
    });
    const rejected = error(401, 'invalid_client', { errorUri: 'x:client-persona-mismatch' });
    expect(
      judgeProbe({ observation: rejected, control: null, knowledge: null, grant: 'authorization_code', vendorErrors })
        .verdict,
    ).toBe('inconclusive');
  });
});

describe('client credentials', () => {
  it.each([
    ['invalid_scope, a wrong secret is invalid_client', error(400, 'invalid_scope'), '401 invalid_client', 'good'],
    [
      'invalid_scope, a wrong secret is something else',
      error(400, 'invalid_scope'),
      '401 unauthorized_client',
      'inconclusive',
    ],
    [
      'unauthorized_client, which a right secret gets too',
      error(401, 'unauthorized_client'),
      '401 unauthorized_client',
      'inconclusive',
    ],
  ] as const)('%s, no control allowed', (_name, observation, controlAnswer, verdict) => {
    const knowledge = { controlDiffers: true, controlAnswer };
    expect(judgeProbe({ observation, control: null, knowledge, grant: 'client_credentials' }).verdict).toBe(verdict);
  });

  it.each([
    ['tokens', { kind: 'tokens', status: 200 }, null, 'good'],
    ['invalid_client', error(401, 'invalid_client'), null, 'rejected'],
    ['invalid_scope, control differs', error(400, 'invalid_scope'), error(401, 'invalid_client'), 'good'],
    [
      'unauthorized_client for both (Keycloak without service accounts)',
      error(401, 'unauthorized_client'),
      error(401, 'unauthorized_client'),
      'inconclusive',
    ],
  ] as const)('%s', (_name, observation, control, verdict) => {
    expect(judgeProbe({ observation, control, knowledge: null, grant: 'client_credentials' }).verdict).toBe(verdict);
  });
});

const observations: fc.Arbitrary<ProbeObservation> = fc.oneof(
  fc.constant(away),
  fc.record({ kind: fc.constant('tokens' as const), status: fc.integer({ min: 200, max: 299 }) }),
  fc.record({
    kind: fc.constant('not-oauth' as const),
    status: fc.integer({ min: 200, max: 599 }),
    what: fc.constantFrom('html' as const, 'redirect' as const, 'no-token' as const, 'other' as const),
  }),
  fc.record({
    kind: fc.constant('error' as const),
    status: fc.integer({ min: 400, max: 599 }),
    error: fc.option(fc.constantFrom('invalid_grant', 'invalid_client', 'unauthorized_client', 'invalid_request', 'x')),
    description: fc.constant(null),
    errorUri: fc.constant(null),
  }),
);

describe('whatever the answers', () => {
  it('a bogus code is never good by itself, without control and without knowledge', () => {
    fc.assert(
      fc.property(observations, (observation) => {
        const judged = judgeProbe({ observation, control: null, knowledge: null, grant: 'authorization_code' });
        expect(judged.verdict).not.toBe('good');
      }),
    );
  });

  it('the same answer as a wrong secret is never good', () => {
    fc.assert(
      fc.property(observations, (observation) => {
        const judged = judgeProbe({ observation, control: observation, knowledge: null, grant: 'authorization_code' });
        expect(judged.verdict).not.toBe('good');
      }),
    );
  });

  it('one control is the most that is wanted', () => {
    fc.assert(
      fc.property(observations, observations, (observation, control) => {
        expect(judgeProbe({ observation, control, knowledge: null, grant: 'authorization_code' }).wantsControl).toBe(
          false,
        );
      }),
    );
  });
});

it.each([
  ['a code of OAuth', 'invalid_client', '401 invalid_client'],
  ['a sentence that may hold anything', 'client secret s3cr3t is wrong', '401 -'],
  ['markup', '<b>no</b>', '401 -'],
  ['something endless', 'a'.repeat(70_000), '401 -'],
  ['nothing', null, '401 -'],
])('what is kept of a control that answers %s', (_name, code, kept) => {
  expect(answerKey(error(401, code))).toBe(kept);
});
