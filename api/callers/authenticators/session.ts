import type { FastifyRequest } from 'fastify';
import type { ApiDependencies } from '../../dependencies.ts';
import { ProblemError, unauthenticated } from '../../problems/problem.ts';
import { hasHash, sha256Hex } from '../credentials.ts';
import { ownOrigin } from '../hostNames.ts';
import { callerFields } from './apiKey.ts';
import type { Authenticator } from './authenticator.ts';

/** Name of the session cookie; `__Host-` binds it to this host, but needs https. */
export function sessionCookieName(publicUrl: string | null): string {
  return publicUrl?.startsWith('https:') === true ? '__Host-registrar-session' : 'registrar-session';
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Sessions of the dashboard (DESIGN section 7). */
export function sessionCaller(dependencies: Pick<ApiDependencies, 'records' | 'publicUrl'>): Authenticator {
  const { records, publicUrl } = dependencies;
  const cookieName = sessionCookieName(publicUrl);
  return async (request) => {
    const id = request.cookies[cookieName];
    if (id === undefined || id === '') return null;
    const sha256 = sha256Hex(id);
    const session = await records.session(sha256);
    if (session === null) throw unauthenticated('The session has ended. Sign in again.');
    if (!safeMethods.has(request.method)) requireOwnPage(request, publicUrl, session.csrfSha256);
    return {
      ...callerFields(session.key),
      expiresAt: Date.parse(session.expiresAt),
      session: { sha256, csrfSha256: session.csrfSha256 },
      stillValid: async () => (await records.session(sha256, false)) !== null,
    };
  };
}

/** A browser sends the cookie by itself: what changes something must come from our own page. */
function requireOwnPage(request: FastifyRequest, publicUrl: string | null, csrfSha256: string): void {
  if (request.headers.origin !== ownOrigin(publicUrl, request.headers.host)) throw foreignOrigin();
  const token = request.headers['x-registrar-csrf'];
  if (typeof token !== 'string' || !hasHash(token, csrfSha256))
    throw new ProblemError(
      'csrf-token-invalid',
      'Send the csrfToken of the session with the header X-Registrar-CSRF. Sign in again for a new one.',
    );
}

/** The problem of a request that another site's page makes. */
export function foreignOrigin(): ProblemError {
  return new ProblemError('origin-not-allowed', 'The Origin header must be exactly that of this server.');
}
