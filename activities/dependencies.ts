import { RegistrarFailure } from '../domain/failure.ts';
import type { EntityRecords, RegistrationConfig } from '../domain/ports/records.ts';
import type { SecretStore } from '../domain/ports/secretStore.ts';
import type { Clock } from '../domain/time/clock.ts';
import type { GuardedClient } from '../protocols/http/client.ts';
import type { Spool } from '../stores/spool/spool.ts';
import type { Bearers } from './servers/access.ts';

/** What the activities are made of; `runtime/` puts it together. */
export interface Dependencies {
  readonly records: EntityRecords;
  readonly secrets: SecretStore;
  readonly client: GuardedClient;
  readonly spool: Spool;
  /** Brings spooled answers of this machine to the database. */
  readonly drainSpool: () => Promise<void>;
  /** Whether the guard would connect there: https, or a host that was allow-listed. */
  readonly isAllowedUrl: (url: string) => boolean;
  /** Bearers of service accounts and administrators, in memory only. */
  readonly bearers: Bearers;
  readonly clock: Clock;
  /**
   * Origin under which authorization servers reach `/jwks/{opaque}`; null or absent where they cannot: then public keys
   * are sent by value.
   */
  readonly jwksBaseUrl?: string | null;
  /** Milliseconds that a step with a request that cannot be repeated may take in all. */
  readonly requestStep: number;
}

/** The registration's configuration; fails when there is no such registration. */
export async function configOf(deps: Dependencies, registrationId: string): Promise<RegistrationConfig> {
  const config = await deps.records.config(registrationId);
  if (config !== null) return config;
  throw new RegistrarFailure({
    reason: 'OperationFailed',
    retryClass: 'input',
    message: `There is no registration ${registrationId}.`,
  });
}
