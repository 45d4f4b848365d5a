import { randomUUID, type webcrypto } from 'node:crypto';
import { type ClientKeyAlgorithm, clientKeyAlgorithms, type PublicClientKey } from '../../domain/client/keys.ts';

/** A JSON Web Key (RFC 7517) with its private half. Secret. */
export interface PrivateJwk {
  readonly kty: string;
  readonly kid: string;
  readonly alg: string;
  readonly [member: string]: unknown;
}

/** A key that assertions are signed with. */
export interface SigningKey {
  readonly key: webcrypto.CryptoKey;
  readonly kid: string;
  readonly alg: ClientKeyAlgorithm;
}

const parameters = {
  ES384: { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  RS384: {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 3072,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-384',
  },
} as const satisfies Record<ClientKeyAlgorithm, unknown>;

/** Members that make a key, and no more: `key_ops` and `ext` are the library's (RFC 7518 sections 6.2 and 6.3). */
const publicMembers = ['kty', 'crv', 'x', 'y', 'n', 'e'] as const;
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi'] as const;

/** A new key pair with a key id of its own. */
export async function generateClientKey(algorithm: ClientKeyAlgorithm): Promise<PrivateJwk> {
  const { privateKey } = await generate(algorithm);
  const exported: Record<string, unknown> = { ...(await crypto.subtle.exportKey('jwk', privateKey)) };
  const made = pick(exported, [...publicMembers, ...privateMembers]);
  return { ...made, kty: String(made['kty']), kid: randomUUID(), alg: algorithm, use: 'sig' };
}

/** A key that nobody registered, under the id and algorithm of one that somebody did: for control requests. */
export async function generateControlKey({ alg, kid }: SigningKey): Promise<SigningKey> {
  return { key: (await generate(alg)).privateKey, kid, alg };
}

async function generate(algorithm: ClientKeyAlgorithm): Promise<webcrypto.CryptoKeyPair> {
  const pair = await crypto.subtle.generateKey(parameters[algorithm], true, ['sign', 'verify']);
  if (!('privateKey' in pair)) throw new Error('a key pair was asked for');
  return pair;
}

/** The public half: its members are named one by one, so that no private one can slip through. */
export function publicKeyOf(jwk: PrivateJwk): PublicClientKey {
  const { kid, alg } = jwk;
  return { kid, alg, jwk: { ...pick(jwk, publicMembers), kid, alg, use: 'sig' } };
}

/** @throws when the key is none of ours, or damaged. The error may tell about the key: never show it. */
export async function importSigningKey(jwk: PrivateJwk): Promise<SigningKey> {
  const { kid } = jwk;
  const alg = algorithmOf(jwk.alg);
  const material = pick(jwk, [...publicMembers, ...privateMembers]);
  return { key: await crypto.subtle.importKey('jwk', material, parameters[alg], false, ['sign']), kid, alg };
}

function algorithmOf(alg: string): ClientKeyAlgorithm {
  const known = clientKeyAlgorithms.find((algorithm) => algorithm === alg);
  if (known === undefined) throw new Error('the algorithm of the key is not known');
  return known;
}

function pick(from: Readonly<Record<string, unknown>>, members: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(members.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]));
}
