import { describe, expect, it } from 'vitest';
import { type ClientKeyAlgorithm, clientKeyAlgorithms } from '../../../../domain/client/keys.ts';
import { privateJwkMembers } from '../../../../domain/client/lint/keys.ts';
import {
  generateClientKey,
  generateControlKey,
  importSigningKey,
  publicKeyOf,
} from '../../../../protocols/oauth/clientKeys.ts';

const verification = {
  ES384: { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  RS384: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' },
} as const satisfies Record<ClientKeyAlgorithm, unknown>;
const data = new TextEncoder().encode('what is signed');

/** Judged by another implementation's view of the public half: WebCrypto's own import of the JWK. */
async function verifies(jwk: object, alg: ClientKeyAlgorithm, signature: ArrayBuffer): Promise<boolean> {
  const parameters = verification[alg];
  const key = await crypto.subtle.importKey('jwk', { ...jwk }, parameters, false, ['verify']);
  return await crypto.subtle.verify(parameters, key, signature, data);
}

describe.each(clientKeyAlgorithms)('a key pair for %s', (alg) => {
  it('signs what its public half verifies, and its control key does not', async () => {
    const made = await generateClientKey(alg);
    expect(made).toMatchObject({ alg, use: 'sig', kty: alg === 'ES384' ? 'EC' : 'RSA' });
    const published = publicKeyOf(made);
    const sign = async (key: Awaited<ReturnType<typeof importSigningKey>>) =>
      await crypto.subtle.sign(verification[alg], key.key, data);
    const signing = await importSigningKey(made);
    const control = await generateControlKey(signing);
    expect(await verifies(published.jwk, alg, await sign(signing))).toBe(true);
    expect(await verifies(published.jwk, alg, await sign(control))).toBe(false);
    expect({ kid: control.kid, alg: control.alg }).toEqual({ kid: made.kid, alg });
  });

  it('has a public half without any private member, and with the same id', async () => {
    const made = await generateClientKey(alg);
    const { jwk, kid } = publicKeyOf({ ...made, oth: [{ r: 'r' }], k: 'symmetric' });
    expect(Object.keys(jwk).filter((name) => privateJwkMembers.includes(name))).toEqual([]);
    expect(jwk).toMatchObject({ kid: made.kid, alg, use: 'sig' });
    expect(kid).toBe(made.kid);
    expect(JSON.stringify(jwk)).not.toContain(String(made['d']));
  });

  it('has an id of its own', async () => {
    const [one, other] = await Promise.all([generateClientKey(alg), generateClientKey(alg)]);
    expect(one.kid).not.toBe(other.kid);
    expect(one['d']).not.toBe(other['d']);
  });
});

it.each([
  ['an algorithm that is none of ours', { alg: 'HS256' }],
  ['a damaged key', { x: 'AAAA' }],
])('refuses %s', async (_what, change) => {
  const made = await generateClientKey('ES384');
  await expect(importSigningKey({ ...made, ...change })).rejects.toThrow();
});
