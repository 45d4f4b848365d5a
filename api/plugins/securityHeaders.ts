import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { ApiDependencies } from '../dependencies.ts';

/** Nothing that the API answers is a page. */
const apiPolicy = "default-src 'none'; frame-ancestors 'none'";

/** The dashboard brings everything itself; no inline script or style. */
const pagePolicy = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Headers that bound what a browser may do with an answer. Set first, so that errors carry them too. */
export const securityHeadersPlugin = fp(
  async (app: FastifyInstance, { dependencies }: { dependencies: ApiDependencies }) => {
    const https = dependencies.publicUrl?.startsWith('https:') === true;
    app.addHook('onRequest', async (request, reply) => {
      const isApi = request.url.startsWith('/v1/') || /^\/(?:healthz|readyz|jwks\/[^?]*)(?:\?|$)/.test(request.url);
      reply.headers({
        'content-security-policy': isApi ? apiPolicy : pagePolicy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'x-request-id': request.id,
        ...(isApi ? { 'cache-control': 'no-store' } : {}),
        ...(https ? { 'strict-transport-security': 'max-age=31536000' } : {}),
      });
    });
  },
  { name: 'security-headers' },
);
