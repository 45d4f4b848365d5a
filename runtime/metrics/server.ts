import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { hasCode } from '../files.ts';
import type { Log } from '../log/log.ts';

/** The metrics port is taken or forbidden. The message says what to do. */
export class MetricsPortError extends Error {
  override readonly name = 'MetricsPortError';
}

export interface MetricsServer {
  /** The port it listens on, also when 0 was asked for. */
  readonly port: number;
  close(): Promise<void>;
}

async function answerScrape(registry: Registry, log: Log, response: ServerResponse): Promise<void> {
  try {
    const text = await registry.metrics();
    response.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' }).end(text);
  } catch (error) {
    log.error('metrics.scrape-failed', {}, error);
    response.writeHead(500, { 'content-type': 'text/plain' }).end('metrics cannot be collected\n');
  }
}

/**
 * Serves `GET /metrics` on a port of its own. Rejects with {@link MetricsPortError}.
 *
 * @param options.port 0 = any free port.
 * @param options.host loopback unless said otherwise: the figures have no authentication.
 */
export async function startMetricsServer(options: {
  readonly registry: Registry;
  readonly log: Log;
  readonly port: number;
  readonly host?: string;
}): Promise<MetricsServer> {
  const { registry, log, port, host = '127.0.0.1' } = options;
  const server = createServer((request, response) => {
    request.resume();
    const path = request.url?.split('?', 1)[0];
    if (path !== '/metrics') response.writeHead(404, { 'content-type': 'text/plain' }).end('only /metrics is here\n');
    else if (request.method !== 'GET' && request.method !== 'HEAD')
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
    else void answerScrape(registry, log, response);
  });
  server.requestTimeout = 10_000;
  server.maxConnections = 50;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const reason = hasCode(error, 'EADDRINUSE') ? 'is in use' : 'cannot be opened';
      reject(new MetricsPortError(`Port ${port} for metrics ${reason}. Set REGISTRAR_METRICS_PORT to a free port.`));
    });
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
