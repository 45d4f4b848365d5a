import type { AddressInfo } from 'node:net';
import { buildApp } from '../api/app.ts';
import type { EntityClient } from '../domain/operations.ts';
import { ensureAdminKey } from './adminKey.ts';
import type { Config } from './config.ts';
import { startDispatcher } from './dispatcher.ts';
import type { Log } from './log.ts';
import { dashboardDirectory } from './paths.ts';
import type { Services } from './services.ts';
import type { Shutdown } from './shutdown.ts';

/** Says the ready line and where the administrator key is (DESIGN section 7). */
export type Announce = (line: string) => void;

/** The API part of a process: dispatcher and HTTP server. */
export async function startApiPart(
  config: Config,
  services: Services,
  entities: EntityClient,
  log: Log,
  shutdown: Shutdown,
  announce: Announce,
): Promise<void> {
  const { records, secrets, client, clock, keyring, dataDirectory } = services;
  const adminKey = await ensureAdminKey(records, config);
  const dispatcher = startDispatcher(records, entities, (event, fields) => log.info(event, fields));
  shutdown.add('dispatcher', () => dispatcher.stop());
  const app = await buildApp({
    records,
    entities,
    putEnteringSecret: (entry) => records.putEnteringSecret(entry),
    checkUrl: (url) => client.checkUrl(url),
    macs: { idempotency: keyring.mac('idempotency-mac') },
    checkSecretStore: () => secrets.check(),
    clock,
    logger: log,
    publicUrl: config.publicUrl,
    dashboardDirectory: dashboardDirectory(),
    allowedHostNames: [],
  });
  shutdown.add('api', () => app.close());
  await app.listen({ host: config.host, port: config.port });
  const { port } = app.server.address() as AddressInfo;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  const url = config.publicUrl ?? `http://${host}:${port}`;
  await dataDirectory?.announce(url);
  announce(`Registrar is ready at ${url}`);
  if (adminKey.kind === 'file') announce(`The administrator key is in ${adminKey.path}`);
}
