import type { AddressInfo } from 'node:net';
import { buildApp } from '../api/app.ts';
import type { EntityClient } from '../domain/operations/request.ts';
import type { TimePolicy } from '../domain/time/policy.ts';
import { checkPage } from '../protocols/http/livePage.ts';
import { parseAllowedHosts, parsePublicUrl } from '../protocols/http/publicUrl.ts';
import { isCustomHeader } from '../protocols/http/requestHeaders.ts';
import { discover } from '../protocols/smart/discover.ts';
import { startChores } from './chores/chore.ts';
import { dispatchChores } from './chores/dispatching.ts';
import type { Config } from './config/config.ts';
import { keycloakClientsOn } from './keycloakClients.ts';
import { ensureAdminKey } from './keys/adminKey.ts';
import type { Log } from './log/log.ts';
import { dashboardDirectory } from './paths.ts';
import type { Services } from './services.ts';
import type { Shutdown } from './shutdown.ts';

/** What is told once everything answers. */
export interface Ready {
  /** Null for a worker. */
  readonly url: string | null;
  /** Null when the key was given, or keys exist already. */
  readonly adminKeyFile: string | null;
}

/** The API part of a process: dispatcher and HTTP server. */
export async function startApiPart(
  config: Config,
  services: Services,
  entities: EntityClient,
  log: Log,
  shutdown: Shutdown,
  policy: TimePolicy,
): Promise<Ready> {
  const { records, secrets, client, clock, keyring, dataDirectory, playbooks } = services;
  const adminKey = await ensureAdminKey(records, config);
  const dispatcher = startChores(dispatchChores(records, entities, policy, log), {
    clock,
    log,
    stopWithin: policy.choreStop,
  });
  shutdown.add('dispatcher', () => dispatcher.stop());
  const allowedHosts = parseAllowedHosts(config.allowedHosts);
  const isAllowedUrl = (url: string) => parsePublicUrl(url, allowedHosts).ok;
  const app = await buildApp({
    records,
    entities,
    registrationConfig: (registrationId) => records.config(registrationId),
    putEnteringSecret: (entry) => records.putEnteringSecret(entry),
    checkUrl: (url) => client.checkUrl(url),
    keycloak: keycloakClientsOn(config, services, policy),
    discovery: {
      read: (argument) => discover(client, { ...argument, isAllowedUrl }),
      takesHeader: isCustomHeader,
      checkPage: (url) => checkPage(client, url),
    },
    macs: { idempotency: keyring.mac('idempotency-mac') },
    checkSecretStore: () => secrets.check(),
    spoolDepth: () => services.spool.depth(),
    clock,
    playbooks,
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
  return { url, adminKeyFile: adminKey.kind === 'file' ? adminKey.path : null };
}
