import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { EntityError } from '../../domain/operations/request.ts';
import { RecordsError } from '../../domain/ports/recordsError.ts';
import { type ApiDependencies, limitsOf } from '../dependencies.ts';
import { ProblemError } from '../problems/problem.ts';
import { problemOfEntityError, problemOfRecordsError } from '../problems/storeProblems.ts';

/** Answers a request with a problem. */
export function sendProblem(reply: FastifyReply, error: ProblemError): FastifyReply {
  return reply
    .code(error.problem.status)
    .headers(error.headers)
    .type('application/problem+json')
    .serializer((body: unknown) => JSON.stringify(body))
    .send(error.problem);
}

/** Every error of every route becomes a problem; what is not foreseen says nothing but an id. */
export const problemsPlugin = fp(
  async (app: FastifyInstance, { dependencies }: { dependencies: ApiDependencies }) => {
    app.setErrorHandler((error: FastifyError, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(reply, problemOfError(error) ?? unforeseen(error, request, dependencies.logger)),
    );
    app.setNotFoundHandler(
      { preHandler: app.rateLimit({ max: limitsOf(dependencies).unknownRoutesPerMinute, timeWindow: 60_000 }) },
      (request, reply) => sendProblem(reply, noSuchRoute(request)),
    );
  },
  { name: 'problems', dependencies: ['@fastify/rate-limit'] },
);

function noSuchRoute(request: FastifyRequest): ProblemError {
  return new ProblemError(
    'no-such-route',
    `There is no ${request.method} of this path in this version. The routes are listed at /docs and /v1/openapi.json.`,
  );
}

/** The problem of an error that was foreseen; null for any other. */
export function problemOfError(error: unknown): ProblemError | null {
  if (error instanceof ProblemError) return error;
  if (error instanceof RecordsError) return problemOfRecordsError(error);
  if (error instanceof EntityError) return problemOfEntityError(error);
  const { code, statusCode } = error as Partial<FastifyError>;
  return (code === undefined ? null : problemOfFramework(code)) ?? (statusCode === 400 ? malformedRequest() : null);
}

function problemOfFramework(code: string): ProblemError | null {
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ProblemError('body-too-large', 'The body exceeds the limit of this route. Send less at once.');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ProblemError(
        'unsupported-media-type',
        'Bodies are JSON. Send them with the header "Content-Type: application/json".',
        { headers: { accept: 'application/json' } },
      );
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    // A path with a backslash or U+0000, which names no file of the dashboard.
    case 'FST_STATIC_FORBIDDEN_PATH':
      return malformedRequest();
    default:
      return null;
  }
}

function malformedRequest(): ProblemError {
  return new ProblemError(
    'malformed-request',
    'The path, its percent-encoding or the length of the body is malformed.',
  );
}

/** Errors of libraries may carry values of the request or answers of peers: the caller gets an id and no more. */
function unforeseen(error: FastifyError, request: FastifyRequest, logger: ApiDependencies['logger']): ProblemError {
  if (logger !== false) {
    const { id: requestId, method, routeOptions, caller } = request;
    logger.error('request.failed', { requestId, method, route: routeOptions.url, keyId: caller?.keyId }, error);
  }
  return new ProblemError('internal-error', `The operator finds this id in the log as requestId: ${request.id}`, {
    instance: `urn:uuid:${request.id}`,
  });
}
