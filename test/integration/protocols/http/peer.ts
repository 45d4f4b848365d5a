import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createRawServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import {
  createGuardedClient,
  type GuardedClient,
  type GuardedClientOptions,
} from '../../../../protocols/http/client.ts';

const fixture = (name: string): string => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');
/** Test-only certificate for ehr.test, other.test and 127.0.0.1. */
export const certificate = fixture('ehr.test.cert.pem');

export interface Hit {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Peer {
  readonly port: number;
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly url: string;
  readonly hits: Hit[];
  /** TCP connections accepted so far. */
  readonly connections: () => number;
  /** Of those, the ones that are ready for a request: by TLS, handshakes that were completed. */
  readonly handshakes: () => number;
  /** Connections that are open. */
  readonly open: () => number;
  /** Closes every connection as a server does that was left waiting too long. */
  readonly closeConnections: () => void;
}

/** A health system on loopback that goes away with the test. */
export async function peer(answer: (hit: Hit, response: ServerResponse) => void, tls = false): Promise<Peer> {
  const hits: Hit[] = [];
  const listener: RequestListener = (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const hit = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
      hits.push(hit);
      answer(hit, response);
    });
  };
  const server = tls
    ? createTlsServer({ cert: certificate, key: fixture('ehr.test.key.pem') }, listener)
    : createServer(listener);
  return { ...(await listen(server, tls)), hits };
}

/** A peer that speaks bytes: `talk` gets the socket once the request's head has arrived. */
export async function rawPeer(talk: (socket: Socket) => void): Promise<Omit<Peer, 'hits'>> {
  return listen(
    createRawServer((socket) => {
      socket.on('error', () => undefined).once('data', () => talk(socket));
    }),
    false,
  );
}

async function listen(server: Server, tls: boolean): Promise<Omit<Peer, 'hits'>> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  let ready = 0;
  server.on(tls ? 'secureConnection' : 'connection', () => {
    ready += 1;
  });
  server.on('connection', (socket: Socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  return {
    port,
    host,
    url: `${tls ? 'https' : 'http'}://${host}`,
    connections: () => accepted,
    handshakes: () => ready,
    open: () => sockets.size,
    closeConnections: () => {
      for (const socket of sockets) socket.end();
    },
  };
}

/** A client that may reach these hosts, and is closed with the test. */
export function clientFor(allowedHosts: readonly string[], options: Partial<GuardedClientOptions> = {}): GuardedClient {
  const client = createGuardedClient({ allowedHosts, ca: [certificate], ...options });
  onTestFinished(() => client.close());
  return client;
}
