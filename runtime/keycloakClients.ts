import { createKeycloakClients } from '../activities/keycloak/clients.ts';
import { Bearers } from '../activities/servers/bearers.ts';
import type { KeycloakClients } from '../domain/servers/keycloakClients.ts';
import type { TimePolicy } from '../domain/time/policy.ts';
import { parseAllowedHosts, parsePublicUrl } from '../protocols/http/publicUrl.ts';
import { drain } from '../stores/spool/drain.ts';
import type { Config } from './config/config.ts';
import type { Services } from './services.ts';

/** Clients of Keycloak realms on the services of this process: the API asks for them, the housekeeping settles them. */
export function keycloakClientsOn(config: Config, services: Services, policy: TimePolicy): KeycloakClients {
  const { records, secrets, spool, client, clock } = services;
  const allowedHosts = parseAllowedHosts(config.allowedHosts);
  return createKeycloakClients({
    records,
    secrets,
    spool,
    client,
    clock,
    drainSpool: async () => void (await drain(spool, records)),
    isAllowedUrl: (url) => parsePublicUrl(url, allowedHosts).ok,
    requestTimes: policy,
    requestStep: policy.requestStep,
    bearers: new Bearers(),
  });
}
