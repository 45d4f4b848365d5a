import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { authorizationServer } from './authorizationServer.ts';
import { capabilityStatementOf, endpointsOf, smartConfigurationOf } from './fhirDocuments.ts';
import { type Ledger, LedgerBook } from './ledger.ts';
import type { SystemKind, SystemOptions } from './options.ts';

/** A simulated health system: a FHIR base with its documents, and an authorization server. */
export interface HealthSystem {
  readonly name: string;
  readonly kind: SystemKind;
  /** Every path below it is a FHIR base of its own, so that one system can stand for many tenants. */
  readonly fhirBaseUrl: string;
  readonly issuer: string;
  readonly tokenEndpoint: string;
  /** Null at kind `no-registration`. */
  readonly registrationEndpoint: string | null;
  /** `host:port`, for `REGISTRAR_ALLOWED_HOSTS`. */
  readonly host: string;
  /** Makes an initial access token; rejects at kinds that take none. */
  initialAccessToken(): Promise<string>;
  ledger(): Ledger;
  stop(): Promise<void>;
}

const address = '127.0.0.1';

/** Starts one on loopback; resolves when it answers. */
export async function startHealthSystem(options: SystemOptions): Promise<HealthSystem> {
  const book = new LedgerBook();
  const clientOf = new WeakMap<object, string>();
  const server = createServer();
  server.listen(options.port ?? 0, address);
  await once(server, 'listening');
  const host = `${address}:${(server.address() as AddressInfo).port}`;
  const issuer = `http://${host}`;
  const authorization = authorizationServer(issuer, options, book, (request, clientId) =>
    clientOf.set(request, clientId),
  );

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? '/', issuer);
    // The provider rewrites the URL of a request; both are read before it sees it.
    const method = request.method ?? 'GET';
    response.on('finish', () => {
      const clientId = clientOf.get(request) ?? null;
      book.answered({ at: Date.now(), method, path: pathname, status: response.statusCode, clientId });
    });
    answer(request, response, pathname).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    if (options.answerDelay !== undefined) await wait(options.answerDelay);
    const document = fhirDocument(path, issuer, options.kind);
    if (document === null) await authorization.handle(request, response);
    else sendJson(response, document);
  }

  const endpoints = endpointsOf(issuer, options.kind);
  return {
    name: options.name,
    kind: options.kind,
    fhirBaseUrl: `${issuer}/fhir`,
    issuer,
    tokenEndpoint: endpoints.token,
    registrationEndpoint: endpoints.register,
    host,
    initialAccessToken: () => authorization.initialAccessToken(),
    ledger: () => book.read(),
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Sendable {
  readonly status: number;
  readonly type: string;
  readonly body: Record<string, unknown>;
}

/** Null for paths that are not below the FHIR base. */
function fhirDocument(path: string, issuer: string, kind: SystemKind): Sendable | null {
  if (path !== '/fhir' && !path.startsWith('/fhir/')) return null;
  if (path.endsWith('/.well-known/smart-configuration')) {
    return { status: 200, type: 'application/json', body: smartConfigurationOf(issuer, kind) };
  }
  if (path.endsWith('/metadata')) {
    return { status: 200, type: 'application/fhir+json', body: capabilityStatementOf(issuer, kind) };
  }
  const issue = [{ severity: 'error', code: 'not-found', diagnostics: 'This simulated system has documents only.' }];
  return { status: 404, type: 'application/fhir+json', body: { resourceType: 'OperationOutcome', issue } };
}

function sendJson(response: ServerResponse, { status, type, body }: Sendable): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8` }).end(JSON.stringify(body));
}
