import type { AuthMethod } from '../words.ts';

/** A credential as a person gives it. Times are RFC 3339 text. */
export interface GivenCredential {
  readonly tokenEndpointAuthMethod?: AuthMethod | undefined;
  readonly clientSecret?: string | undefined;
  readonly issuedAt?: string | undefined;
  /** Null = the secret never expires; left out = nobody knows. */
  readonly expiresAt?: string | null | undefined;
  readonly clientExpiresAt?: string | undefined;
  readonly registrationAccessToken?: string | undefined;
  readonly registrationClientUri?: string | undefined;
}

export interface CredentialFault {
  readonly member: keyof GivenCredential;
  /** Reason and next step; repeats no value. */
  readonly message: string;
}

/** Clocks of people and servers differ by this many milliseconds at most. */
const clockSkew = 5 * 60 * 1000;

/**
 * What is wrong with the meaning of a credential that a person gives; empty when nothing is. Pure: where its URL may
 * point to is judged by the caller. `now` is in milliseconds since the epoch.
 */
export function credentialFaults(given: GivenCredential, now: number): CredentialFault[] {
  return [...methodFaults(given), ...managementFaults(given), ...timeFaults(given, now)];
}

function methodFaults({ tokenEndpointAuthMethod: method, clientSecret }: GivenCredential): CredentialFault[] {
  if (method === 'none' && clientSecret !== undefined)
    return [{ member: 'clientSecret', message: 'a public client (none) has no secret; leave it out' }];
  if (method === 'private_key_jwt' && clientSecret !== undefined)
    return [{ member: 'clientSecret', message: 'a client with private_key_jwt signs with its key; leave it out' }];
  const needsSecret = method === 'client_secret_basic' || method === 'client_secret_post';
  if (needsSecret && clientSecret === undefined)
    return [{ member: 'clientSecret', message: `${method} needs it; give it, or "none" for a public client` }];
  return [];
}

function managementFaults(given: GivenCredential): CredentialFault[] {
  const { registrationAccessToken: token, registrationClientUri: uri } = given;
  if (token !== undefined && uri === undefined)
    return [
      { member: 'registrationClientUri', message: 'the registration access token is of no use without it; give both' },
    ];
  if (token === undefined && uri !== undefined)
    return [
      { member: 'registrationAccessToken', message: 'the registration client URI is of no use without it; give both' },
    ];
  return [];
}

function timeFaults(given: GivenCredential, now: number): CredentialFault[] {
  const issuedAt = given.issuedAt === undefined ? null : Date.parse(given.issuedAt);
  const expiresAt = given.expiresAt == null ? null : Date.parse(given.expiresAt);
  const faults: CredentialFault[] = [];
  if (issuedAt !== null && issuedAt > now + clockSkew)
    faults.push({ member: 'issuedAt', message: 'is in the future; give the time when the secret was issued' });
  if (expiresAt !== null && expiresAt <= now)
    faults.push({ member: 'expiresAt', message: 'has passed already; get a new secret from the health system' });
  else if (expiresAt !== null && issuedAt !== null && expiresAt <= issuedAt)
    faults.push({ member: 'expiresAt', message: 'is not after issuedAt; correct one of the two' });
  if (expiresAt !== null && given.clientSecret === undefined)
    faults.push({ member: 'expiresAt', message: 'there is no secret that could expire; leave it out' });
  if (given.clientExpiresAt !== undefined && Date.parse(given.clientExpiresAt) <= now)
    faults.push({ member: 'clientExpiresAt', message: 'has passed already; register the client anew' });
  return faults;
}
