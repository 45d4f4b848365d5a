import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { endpointsOf, smartConfigurationOf } from '../sandbox/fhirDocuments.ts';
import { certificateFile, certificateKeyFile } from './certificate.ts';
import type { PeerQuestion, PeersReady, RequestCounts } from './peers.ts';

/**
 * Health systems in a process of their own that cost next to nothing, so that they leave the processors to what is
 * measured: a SMART configuration, registration with an initial access token (RFC 7591) and a token endpoint that
 * judges the client before the code (RFC 6749 section 5.2). Arguments: how many, each on a port of its own; `tls` or
 * `plain`.
 */
const address = '127.0.0.1';
const lifetimeSeconds = 90 * 86_400;
const secrets = new Map<string, string>();
const initialAccessToken = randomUUID();
const tls = process.argv[3] === 'tls';
const certificate = { cert: readFileSync(certificateFile), key: readFileSync(certificateKeyFile) };
let delay = 0;
let counts: RequestCounts = { discovery: 0, registration: 0, token: 0 };

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

function register(issuer: string, request: IncomingMessage, text: string): Reply {
  if (request.headers.authorization !== `Bearer ${initialAccessToken}`)
    return { status: 401, body: { error: 'invalid_token' } };
  const clientId = randomUUID();
  const clientSecret = randomUUID();
  secrets.set(clientId, clientSecret);
  const issuedAt = Math.floor(Date.now() / 1000);
  const body = {
    ...(JSON.parse(text) as object),
    client_id: clientId,
    client_secret: clientSecret,
    client_id_issued_at: issuedAt,
    client_secret_expires_at: issuedAt + lifetimeSeconds,
    registration_access_token: randomUUID(),
    registration_client_uri: `${endpointsOf(issuer, 'rotating').register}/${clientId}`,
  };
  return { status: 201, body };
}

function grant(request: IncomingMessage): Reply {
  const [, basic = ''] = /^Basic (.+)$/.exec(request.headers.authorization ?? '') ?? [];
  const [clientId = '', secret] = Buffer.from(basic, 'base64').toString().split(':');
  const known = secrets.get(clientId);
  if (known === undefined || known !== secret) return { status: 401, body: { error: 'invalid_client' } };
  return { status: 400, body: { error: 'invalid_grant' } };
}

function route(issuer: string, request: IncomingMessage, text: string): Reply {
  const { pathname } = new URL(request.url ?? '/', issuer);
  if (pathname.endsWith('/.well-known/smart-configuration')) {
    counts = { ...counts, discovery: counts.discovery + 1 };
    return { status: 200, body: smartConfigurationOf(issuer, 'rotating') };
  }
  const { register: registration, token } = endpointsOf(issuer, 'rotating');
  if (request.method === 'POST' && `${issuer}${pathname}` === registration) {
    counts = { ...counts, registration: counts.registration + 1 };
    return register(issuer, request, text);
  }
  if (request.method === 'POST' && `${issuer}${pathname}` === token) {
    counts = { ...counts, token: counts.token + 1 };
    return grant(request);
  }
  return { status: 404, body: { error: 'not_found' } };
}

async function answer(issuer: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (delay > 0) await wait(delay);
  const { status, body } = route(issuer, request, Buffer.concat(chunks).toString());
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function startPeer(): Promise<string> {
  const server = tls ? createTlsServer(certificate) : createServer();
  server.listen(0, address);
  await once(server, 'listening');
  const issuer = `${tls ? 'https' : 'http'}://${address}:${(server.address() as AddressInfo).port}`;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    answer(issuer, request, response).catch(() => response.destroy());
  });
  return issuer;
}

process.on('message', (question: PeerQuestion) => {
  if (question.delay !== undefined) delay = question.delay;
  process.send?.(counts);
});
process.once('disconnect', () => process.exit());
const issuers = await Promise.all(Array.from({ length: Number(process.argv[2]) }, startPeer));
const ready: PeersReady = { issuers, initialAccessToken };
process.send?.(ready);
