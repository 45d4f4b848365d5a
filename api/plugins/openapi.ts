import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { sessionCookieName } from '../callers/authenticators/session.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { tidyDocument } from '../openApiDocument.ts';

/** The colours of the explorer's own logo, its only inline style; another version of it may need another hash. */
const logoStyleHash = 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w=';

/** The explorer draws its arrows from data URLs and has no inline script. */
const explorerPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  `style-src 'self' '${logoStyleHash}'`,
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The OpenAPI 3.1 document, made from the routes, and an explorer of it with local assets. */
export const openApiPlugin = fp(
  async (app: FastifyInstance, { dependencies }: { dependencies: ApiDependencies }) => {
    const withOptionalBody = new Set<string>();
    app.addHook('onRoute', ({ schema }) => {
      const { body, operationId } = (schema ?? {}) as { body?: unknown; operationId?: string };
      if (operationId !== undefined && body instanceof z.ZodOptional) withOptionalBody.add(operationId);
    });
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Registrar',
          description: 'Keeps a SMART on FHIR application registered at every health system.',
          version: '1.0.0',
          license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
        },
        servers: [{ url: '/' }],
        components: {
          securitySchemes: {
            apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: rgk_…' },
            session: {
              type: 'apiKey',
              in: 'cookie',
              name: sessionCookieName(dependencies.publicUrl),
              description: 'Unsafe methods also need our exact Origin, and X-Registrar-CSRF with the csrfToken.',
            },
          },
        },
      },
      transform: jsonSchemaTransform,
      transformObject: (made) => tidyDocument(jsonSchemaTransformObject(made), withOptionalBody),
    });
    app.get('/v1/openapi.json', { schema: { hide: true }, config: { access: 'public' } }, async (_request, reply) =>
      reply.send(app.swagger()),
    );
    await app.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: explorerPolicy,
      // Its default asks a validator of the vendor for a badge.
      uiConfig: { validatorUrl: null, url: '/v1/openapi.json' },
      theme: { title: 'Registrar API' },
    });
  },
  { name: 'openapi', dependencies: ['authorization'] },
);
