import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { toRfc3339 } from '../../domain/time/clock.ts';
import { goodKey } from '../callers/authenticators/apiKey.ts';
import { foreignOrigin, sessionCookieName } from '../callers/authenticators/session.ts';
import { newSessionToken, sha256Hex } from '../callers/credentials.ts';
import { ownOrigin } from '../callers/hostNames.ts';
import { type ApiDependencies, limitsOf } from '../dependencies.ts';
import { callerOf } from '../plugins/authentication.ts';
import { notFound } from '../problems/problem.ts';
import { contract } from '../schemas/contract.ts';
import { sessionBody, sessionView } from '../schemas/key.ts';

const tag = 'Session';
const longest = 8 * 3_600_000;

/** The dashboard exchanges a key for a session, so that the key does not stay in the browser. */
export const sessionRoutes: FastifyPluginAsyncZod<{ dependencies: ApiDependencies }> = async (
  app,
  { dependencies },
) => {
  const { records, clock, publicUrl } = dependencies;
  const cookieName = sessionCookieName(publicUrl);
  const cookie = {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: publicUrl?.startsWith('https:') === true,
  } as const;
  const signIn = contract({
    operationId: 'signIn',
    summary: 'Exchanges an API key for a session cookie and an anti-forgery token',
    tag,
    access: 'public',
    body: sessionBody,
    problems: [401, 403],
    answers: { 200: sessionView },
  });

  app.post('/v1/session', {
    ...signIn,
    config: {
      ...signIn.config,
      rateLimit: { max: limitsOf(dependencies).refusalsPerMinute, timeWindow: 60_000 },
    },
    handler: async (request, reply) => {
      const { origin, host } = request.headers;
      if (origin !== undefined && origin !== ownOrigin(publicUrl, host)) throw foreignOrigin();
      const key = await goodKey(dependencies, request.body.key);
      const now = clock.now();
      const keyEnds = key.expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(key.expiresAt);
      const expiresAt = Math.min(now + longest, keyEnds);
      const id = newSessionToken();
      const csrfToken = newSessionToken();
      await records.insertSession({
        sha256: sha256Hex(id),
        keyId: key.keyId,
        csrfSha256: sha256Hex(csrfToken),
        expiresAt,
      });
      reply.setCookie(cookieName, id, { ...cookie, maxAge: Math.floor((expiresAt - now) / 1000) });
      return reply.send({ csrfToken, role: key.role, expiresAt: toRfc3339(expiresAt) });
    },
  });

  app.delete('/v1/session', {
    ...contract({
      operationId: 'signOut',
      summary: 'Ends the session',
      tag,
      access: { role: 'viewer' },
      problems: [404, 413, 415],
      answers: { 204: null },
    }),
    handler: async (request, reply) => {
      const { session } = callerOf(request);
      if (session === null) throw notFound('session');
      await records.removeSession(session.sha256);
      return reply.clearCookie(cookieName, cookie).code(204).send();
    },
  });
};
