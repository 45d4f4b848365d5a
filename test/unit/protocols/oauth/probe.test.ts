import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type ClientKeyAlgorithm, clientKeyAlgorithms } from '../../../../domain/client/keys.ts';
import { audienceSecret } from '../../../../protocols/http/audience.ts';
import type { GuardedClient } from '../../../../protocols/http/client.ts';
import { HttpGuardError } from '../../../../protocols/http/httpGuardError.ts';
import { generateClientKey, publicKeyOf } from '../../../../protocols/oauth/clientKeys.ts';
import { type ProbeArgument, probeCredential } from '../../../../protocols/oauth/probe.ts';

const tokenEndpoint = 'https://as.example/token';
const secret = 'p%ss:wörd +1';
const now = Date.parse('2026-11-21T10:00:00Z');
const argument: ProbeArgument = {
  tokenEndpoint,
  clientId: 'client-1_a.b:c',
  clientSecret: audienceSecret(secret, [tokenEndpoint]),
  authMethod: 'client_secret_basic',
  redirectUri: 'https://app.example/cb?x=1',
  knowledge: {},
  allowControl: true,
  clock: { now: () => now },
};

interface Sent {
  readonly headers: Headers;
  readonly body: URLSearchParams;
}

/** A token endpoint without network: answers by what was sent. */
function endpointThat(answer: (sent: Sent, index: number) => Response | Promise<never>) {
  const sent: Sent[] = [];
  const audiences: (readonly string[])[] = [];
  const client: Pick<GuardedClient, 'fetchFor'> = {
    fetchFor: ({ audience }) => {
      audiences.push(audience);
      return async (_url, init) => {
        const one = { headers: new Headers(init?.headers), body: new URLSearchParams(String(init?.body)) };
        sent.push(one);
        return await answer(one, sent.length - 1);
      };
    },
  };
  return { client: client as GuardedClient, sent, audiences };
}

const oauthError = (status: number, error: string, error_description?: string) =>
  Response.json({ error, error_description }, { status });
const rightSecret = ({ headers }: Sent) => headers.get('authorization') === basic;
const basic = `Basic ${Buffer.from('client-1_a.b%3Ac:p%25ss%3Aw%C3%B6rd+%2B1').toString('base64')}`;

describe('what is sent', () => {
  it('RFC 6749 section 4.1.3: a code that never existed, with the registered redirect URI and a code verifier', async () => {
    const { client, sent, audiences } = endpointThat(() => oauthError(401, 'invalid_client'));
    await probeCredential(client, argument);
    expect(sent).toHaveLength(1);
    expect(Object.fromEntries(sent[0]?.body ?? [])).toEqual({
      grant_type: 'authorization_code',
      code: expect.stringMatching(/^registrar-probe-.{43}$/),
      redirect_uri: argument.redirectUri,
      code_verifier: expect.stringMatching(/^.{43}$/),
    });
    expect(audiences).toEqual([[new URL(tokenEndpoint).origin]]);
  });

  it('RFC 6749 section 2.3.1: id and secret form-encoded before Basic, and no more of them than needed', async () => {
    const { client, sent } = endpointThat(() => oauthError(401, 'invalid_client'));
    await probeCredential(client, argument);
    expect(sent[0]?.headers.get('authorization')).toBe(basic);
  });

  it('client_secret_post puts both in the body, none only the client id', async () => {
    const post = endpointThat(() => oauthError(401, 'invalid_client'));
    await probeCredential(post.client, { ...argument, authMethod: 'client_secret_post' });
    expect(post.sent[0]?.body.get('client_secret')).toBe(secret);
    const none = endpointThat(() => oauthError(401, 'invalid_client'));
    await probeCredential(none.client, { ...argument, authMethod: 'none', clientSecret: null });
    expect(none.sent[0]?.body.get('client_id')).toBe(argument.clientId);
    expect(none.sent[0]?.body.has('client_secret')).toBe(false);
    expect(none.sent[0]?.headers.has('authorization')).toBe(false);
  });

  it('client credentials when they are the only grant', async () => {
    const { client, sent } = endpointThat(() => Response.json({ access_token: 'at', token_type: 'bearer' }));
    const proved = await probeCredential(client, { ...argument, grantTypes: ['client_credentials'] });
    expect(sent[0]?.body.get('grant_type')).toBe('client_credentials');
    expect(proved).toMatchObject({ verdict: 'good', reason: 'authenticated' });
  });
});

describe('the control', () => {
  it('sends a wrong secret once, and learns that it is answered otherwise', async () => {
    const { client, sent } = endpointThat((one) =>
      rightSecret(one) ? oauthError(400, 'invalid_grant') : oauthError(401, 'unauthorized_client'),
    );
    const proved = await probeCredential(client, argument);
    expect(proved).toMatchObject({
      verdict: 'good',
      answer: { status: 400, error: 'invalid_grant' },
      learned: {
        authorization_code: { controlDiffers: true, controlAnswer: '401 unauthorized_client', learnedAt: now },
      },
    });
    expect(sent.map(rightSecret)).toEqual([true, false]);
  });

  it('learns that a server judges the code before the client', async () => {
    const { client } = endpointThat(() => oauthError(400, 'invalid_grant'));
    const proved = await probeCredential(client, argument);
    expect(proved).toMatchObject({
      verdict: 'inconclusive',
      learned: { authorization_code: { controlDiffers: false } },
    });
  });

  it('is not sent when it is known, not allowed, or not needed', async () => {
    const knowledge = { controlDiffers: true, controlAnswer: '401 invalid_client', learnedAt: now };
    const known = endpointThat(() => oauthError(400, 'invalid_grant'));
    expect(
      await probeCredential(known.client, { ...argument, knowledge: { authorization_code: knowledge } }),
    ).toMatchObject({ verdict: 'good' });
    expect(known.sent).toHaveLength(1);
    const forbidden = endpointThat(() => oauthError(400, 'invalid_grant'));
    expect(await probeCredential(forbidden.client, { ...argument, allowControl: false })).toMatchObject({
      verdict: 'inconclusive',
      reason: 'control-needed',
    });
    expect(forbidden.sent).toHaveLength(1);
    const rejected = endpointThat(() => oauthError(401, 'invalid_client'));
    expect(await probeCredential(rejected.client, argument)).toMatchObject({ verdict: 'rejected' });
    expect(rejected.sent).toHaveLength(1);
  });

  it('renews knowledge that is older than a month, where it may', async () => {
    const knowledge = { controlDiffers: true, controlAnswer: '401 invalid_client', learnedAt: now - 31 * 86_400_000 };
    const changed = endpointThat(() => oauthError(400, 'invalid_grant'));
    expect(
      await probeCredential(changed.client, { ...argument, knowledge: { authorization_code: knowledge } }),
    ).toMatchObject({
      verdict: 'inconclusive',
      learned: { authorization_code: { controlDiffers: false } },
    });
    expect(
      await probeCredential(changed.client, {
        ...argument,
        knowledge: { authorization_code: knowledge },
        allowControl: false,
      }),
    ).toMatchObject({
      verdict: 'good',
    });
  });

  it('is missed in the end where none may be sent, and at once where knowledge must be young', async () => {
    const aged = (days: number) => ({
      authorization_code: {
        controlDiffers: true,
        controlAnswer: '401 invalid_client',
        learnedAt: now - days * 86_400_000,
      },
    });
    const { client } = endpointThat(() => oauthError(400, 'invalid_grant'));
    const proving = (days: number, more: object = {}) =>
      probeCredential(client, { ...argument, allowControl: false, knowledge: aged(days), ...more });
    expect(await proving(90)).toMatchObject({ verdict: 'good' });
    expect(await proving(91)).toMatchObject({ verdict: 'inconclusive', reason: 'control-needed' });
    expect(await proving(2, { knowledgeAge: 86_400_000 })).toMatchObject({ verdict: 'inconclusive' });
  });

  it('of a public client is a client id that does not exist', async () => {
    const { client, sent } = endpointThat(({ body }) =>
      body.get('client_id') === argument.clientId
        ? oauthError(400, 'invalid_grant')
        : oauthError(401, 'invalid_client'),
    );
    const proved = await probeCredential(client, { ...argument, authMethod: 'none', clientSecret: null });
    expect(proved.verdict).toBe('good');
    expect(sent).toHaveLength(2);
  });
});

describe('whatever happens', () => {
  it.each([
    ['a guard error', () => Promise.reject(new HttpGuardError('network', 'refused'))],
    ['any other error with a cause', () => Promise.reject(new Error(secret, { cause: { secret } }))],
    ['a page', () => new Response('<html></html>', { status: 200 })],
    ['a redirect', () => new Response('', { status: 302, headers: { location: 'https://x.example/' } })],
    [
      'a challenge without body',
      () => new Response('', { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }),
    ],
    ['broken JSON', () => new Response('{"error":', { status: 400 })],
    ['a secret in the error', () => oauthError(400, secret, `no ${secret} ${encodeURIComponent(secret)}`)],
  ])('%s is a verdict that shows no secret', async (_name, answer) => {
    const { client } = endpointThat(answer);
    const proved = await probeCredential(client, argument);
    expect(proved.verdict).toBe('inconclusive');
    const shown = JSON.stringify(proved);
    for (const form of [secret, encodeURIComponent(secret), basic.slice(6)]) expect(shown).not.toContain(form);
  });

  it('shows no other secret that the server knows', async () => {
    const token = 'rat with blanks';
    const { client } = endpointThat(() => oauthError(401, 'invalid_client', `you have ${token}`));
    expect((await probeCredential(client, argument)).message).toContain(token);
    const { message } = await probeCredential(client, { ...argument, secretsInPlay: [token] });
    expect(message).toContain('you have');
    expect(message).not.toContain(token);
  });

  it('does not try a method that it has nothing for', async () => {
    const { client, sent } = endpointThat(() => oauthError(400, 'invalid_grant'));
    const jwk = { ...(await generateClientKey('ES384')), x: 'AAAA' };
    for (const lacking of [
      { authMethod: 'private_key_jwt' },
      { authMethod: 'private_key_jwt', privateKey: { jwk, audience: [tokenEndpoint] } },
      { clientSecret: null },
    ] as const) {
      expect(await probeCredential(client, { ...argument, ...lacking })).toMatchObject({
        verdict: 'inconclusive',
        reason: 'method-not-supported',
      });
    }
    expect(sent).toHaveLength(0);
  });
});

describe('private_key_jwt (SMART App Launch 2.2, "Client Authentication: Asymmetric")', () => {
  const decoded = (part: string | undefined) => JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as object;
  const assertionOf = ({ body }: Sent) => (body.get('client_assertion') ?? '').split('.');

  /** A token endpoint that judges the signature by the registered public key. */
  async function judging(alg: ClientKeyAlgorithm) {
    const jwk = await generateClientKey(alg);
    const key = createPublicKey({ key: publicKeyOf(jwk).jwk, format: 'jwk' });
    const endpoint = endpointThat((one) => {
      const [header, payload, signature] = assertionOf(one);
      const good = verify(
        'sha384',
        Buffer.from(`${header}.${payload}`),
        { key, dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature ?? '', 'base64url'),
      );
      return good ? oauthError(400, 'invalid_grant') : oauthError(401, 'unauthorized_client');
    });
    const privateKey = { jwk, audience: [new URL(tokenEndpoint).origin] };
    const probed: ProbeArgument = { ...argument, clientSecret: null, authMethod: 'private_key_jwt', privateKey };
    return { ...endpoint, jwk, probed };
  }

  it.each(clientKeyAlgorithms)(
    '%s: an assertion for the token endpoint, short, once and with the key id',
    async (alg) => {
      const { client, sent, audiences, jwk, probed } = await judging(alg);
      await probeCredential(client, probed);
      const [one, control] = sent;
      if (one === undefined || control === undefined) throw new Error('two requests were expected');
      expect(one.body.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
      expect(one.headers.has('authorization')).toBe(false);
      expect(one.body.has('client_secret')).toBe(false);
      const [header, payload] = assertionOf(one);
      expect(decoded(header)).toEqual({ alg, kid: jwk.kid, typ: 'JWT' });
      expect(decoded(payload)).toEqual({
        iss: argument.clientId,
        sub: argument.clientId,
        aud: tokenEndpoint,
        iat: now / 1000,
        exp: now / 1000 + 240,
        jti: expect.stringMatching(/^.{16,}$/),
      });
      const [controlHeader, controlPayload] = assertionOf(control);
      expect(controlHeader).toBe(header);
      expect(decoded(controlPayload)).not.toMatchObject({ jti: (decoded(payload) as { jti: string }).jti });
      expect(audiences).toEqual([[new URL(tokenEndpoint).origin]]);
    },
  );

  it('is good when a key that nobody registered is answered otherwise', async () => {
    const { client, probed } = await judging('ES384');
    const probe = await probeCredential(client, probed);
    expect(probe).toMatchObject({
      verdict: 'good',
      learned: { authorization_code: { controlAnswer: '401 unauthorized_client' } },
    });
    expect(probe.message).toContain('a wrong key gets another answer');
  });

  it('is rejected by another key than the registered one', async () => {
    const { client, probed } = await judging('ES384');
    const jwk = await generateClientKey('ES384');
    const knowledge = { controlDiffers: true, controlAnswer: '401 unauthorized_client', learnedAt: now };
    const privateKey = { jwk, audience: [tokenEndpoint] };
    expect(
      await probeCredential(client, { ...probed, privateKey, knowledge: { authorization_code: knowledge } }),
    ).toMatchObject({ verdict: 'rejected' });
  });

  it('client credentials are the proof of a backend service', async () => {
    const { jwk } = await judging('RS384');
    const { client, sent } = endpointThat(() => Response.json({ access_token: 'at', token_type: 'bearer' }));
    const probe = await probeCredential(client, {
      ...argument,
      authMethod: 'private_key_jwt',
      clientSecret: null,
      privateKey: { jwk, audience: [tokenEndpoint] },
      grantTypes: ['client_credentials'],
    });
    expect(probe).toMatchObject({ verdict: 'good' });
    expect(sent.map(({ body }) => body.get('grant_type'))).toEqual(['client_credentials']);
  });

  it('tells nothing of the key or the assertion, even when the server repeats them', async () => {
    const { probed, jwk } = await judging('ES384');
    const { client, sent } = endpointThat((one) => oauthError(401, 'invalid_client', assertionOf(one).join('.')));
    const told = JSON.stringify(await probeCredential(client, probed));
    expect(told).not.toContain(String(jwk['d']));
    for (const part of assertionOf(sent[0] as Sent)) expect(told).not.toContain(part);
  });
});
