import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import cookie from '@fastify/cookie';
import Fastify, { type FastifyInstance } from 'fastify';
import type { ApiDependencies } from './dependencies.ts';
import { accessLogPlugin } from './plugins/accessLog.ts';
import { authenticationPlugin } from './plugins/authentication.ts';
import { authorizationPlugin } from './plugins/authorization.ts';
import { connectionsPlugin } from './plugins/connections.ts';
import { dashboardPlugin } from './plugins/dashboard.ts';
import { hostsPlugin } from './plugins/hosts.ts';
import { openApiPlugin } from './plugins/openapi.ts';
import { problemOfError, problemsPlugin, sendProblem } from './plugins/problems.ts';
import { rateLimitsPlugin } from './plugins/rateLimits.ts';
import { securityHeadersPlugin } from './plugins/securityHeaders.ts';
import { validationPlugin } from './plugins/validation.ts';
import { ProblemError } from './problems/problem.ts';
import { Actions } from './requests/actions.ts';
import { applicationRoutes } from './routes/applications.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { jwksRoutes } from './routes/jwks.ts';
import { keyRoutes } from './routes/keys.ts';
import { overviewRoutes } from './routes/overview.ts';
import { preflightRoutes } from './routes/preflight.ts';
import { approvalRoutes } from './routes/registration/approvals.ts';
import { changeRoutes } from './routes/registration/changes.ts';
import { credentialRoutes } from './routes/registration/credentials.ts';
import { holdRoutes } from './routes/registration/holds.ts';
import { launchRoutes } from './routes/registration/launches.ts';
import { operationRoutes } from './routes/registration/operations.ts';
import { packetRoutes } from './routes/registration/packets.ts';
import { taskRoutes } from './routes/registration/tasks.ts';
import { registrationRoutes } from './routes/registrations.ts';
import { authorizationServerRoutes } from './routes/servers/authorizationServers.ts';
import { initialAccessTokenRoutes } from './routes/servers/initialAccessTokens.ts';
import { keycloakRoutes } from './routes/servers/keycloak.ts';
import { sessionRoutes } from './routes/session.ts';
import { tenantRoutes } from './routes/tenants.ts';

/**
 * The front door: API, explorer and dashboard (DESIGN section 7), ready to listen. The order of the plugins is the
 * order of judgement: host, authentication, visibility, role, then the body.
 */
export async function buildApp(dependencies: ApiDependencies): Promise<FastifyInstance> {
  const app = Fastify({
    // Fastify's own lines carry URLs and errors with their causes; the access log writes what may be written.
    logger: false,
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: 500 },
    clientErrorHandler: answerUnreadable,
    frameworkErrors: (error, _request, reply) => {
      sendProblem(reply, problemOfError(error) ?? new ProblemError('malformed-request', 'The request is malformed.'));
    },
  });
  const options = { dependencies, actions: new Actions(dependencies) };
  await app.register(connectionsPlugin);
  await app.register(securityHeadersPlugin, options);
  await app.register(accessLogPlugin, options);
  await app.register(hostsPlugin, options);
  await app.register(cookie);
  await app.register(rateLimitsPlugin, options);
  await app.register(problemsPlugin, options);
  await app.register(validationPlugin);
  await app.register(authenticationPlugin, options);
  await app.register(authorizationPlugin, options);
  await app.register(openApiPlugin, options);
  for (const routes of [
    applicationRoutes,
    tenantRoutes,
    registrationRoutes,
    packetRoutes,
    preflightRoutes,
    operationRoutes,
    credentialRoutes,
    keycloakRoutes,
    approvalRoutes,
    holdRoutes,
    changeRoutes,
    authorizationServerRoutes,
    initialAccessTokenRoutes,
    launchRoutes,
    taskRoutes,
    overviewRoutes,
    eventRoutes,
    keyRoutes,
    sessionRoutes,
    healthRoutes,
    jwksRoutes,
  ])
    await app.register(routes, options);
  await app.register(dashboardPlugin, options);
  await app.ready();
  return app;
}

/** What is not HTTP, or has headers beyond every limit, never becomes a request. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { problem } =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new ProblemError('headers-too-large', 'The headers exceed 16 KiB. Send fewer or shorter ones.')
      : new ProblemError('malformed-request', 'What was sent is not an HTTP/1.1 request.');
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${problem.status} ${problem.status === 431 ? 'Request Header Fields Too Large' : 'Bad Request'}\r\n` +
      `Content-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
