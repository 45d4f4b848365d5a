import type { KeyRecord } from '../../../domain/ports/callers/keys.ts';
import type { ApiDependencies } from '../../dependencies.ts';
import { unauthenticated } from '../../problems/problem.ts';
import { keyObstacle } from '../caller.ts';
import { apiKeyForm, sha256Hex } from '../credentials.ts';
import type { Authenticator } from './authenticator.ts';

/** API keys as bearer tokens (RFC 6750 section 2.1). */
export function apiKeyCaller(dependencies: Pick<ApiDependencies, 'records' | 'clock'>): Authenticator {
  return async (request) => {
    const { authorization } = request.headers;
    if (authorization === undefined) return null;
    const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
    if (token === undefined)
      throw unauthenticated('The Authorization header must be "Bearer", a space, and an API key.');
    const key = await goodKey(dependencies, token);
    const sha256 = sha256Hex(token);
    return {
      ...callerFields(key),
      expiresAt: key.expiresAt === null ? null : Date.parse(key.expiresAt),
      session: null,
      stillValid: async () => {
        const now = await dependencies.records.keyByHash(sha256);
        return now !== null && keyObstacle(now, dependencies.clock.now()) === null;
      },
    };
  };
}

/** The record of an API key that authenticates now; rejects with 401 otherwise. */
export async function goodKey(
  { records, clock }: Pick<ApiDependencies, 'records' | 'clock'>,
  token: string,
): Promise<KeyRecord> {
  const key = apiKeyForm.test(token) ? await records.keyByHash(sha256Hex(token)) : null;
  if (key === null) throw unauthenticated('The API key is not known. Check how it was copied.');
  const obstacle = keyObstacle(key, clock.now());
  if (obstacle !== null) throw unauthenticated(obstacle);
  return key;
}

/** What a key says about who uses it. */
export function callerFields(key: KeyRecord) {
  return {
    id: `key:${key.keyId}`,
    keyId: key.keyId,
    role: key.role,
    visibility: { tenantIds: key.tenantIds, applicationIds: key.applicationIds },
  };
}
