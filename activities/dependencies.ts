import type { VendorError } from '../domain/credential/vendorErrors.ts';
import { RegistrarFailure } from '../domain/failure.ts';
import type { Decisions, EntityClaims, OperationLedger } from '../domain/ports/entityState.ts';
import type { AnswerLedger } from '../domain/ports/ledgers/answers.ts';
import type { AuthenticationFailuresLedger } from '../domain/ports/ledgers/authenticationFailures.ts';
import type { ClientHolderLedger } from '../domain/ports/ledgers/clientHolders.ts';
import type { ClientKeyLedger } from '../domain/ports/ledgers/clientKeys.ts';
import type { DiscoveryHeaderLedger } from '../domain/ports/ledgers/discoveryHeaders.ts';
import type { EnteringSecretLedger } from '../domain/ports/ledgers/enteringSecrets.ts';
import type { IntentLedger } from '../domain/ports/ledgers/intents.ts';
import type { IssuedTokenLedger } from '../domain/ports/ledgers/issuedTokens.ts';
import type { ManagementTokenJournal } from '../domain/ports/ledgers/managementTokens.ts';
import type { OrphanLedger } from '../domain/ports/ledgers/orphans.ts';
import type { ProbeKnowledgeLedger } from '../domain/ports/ledgers/probeKnowledge.ts';
import type { RegistrationConfigs } from '../domain/ports/registrations/configs.ts';
import type { Sharing } from '../domain/ports/registrations/sharing.ts';
import type { EntityStarts } from '../domain/ports/registrations/starts.ts';
import type { SecretStore } from '../domain/ports/secretStore.ts';
import type { ServerAccesses } from '../domain/ports/servers/access.ts';
import type { RegistrationConfig } from '../domain/registration/config.ts';
import type { Clock } from '../domain/time/clock.ts';
import { defaultTimePolicy, type TimePolicy } from '../domain/time/policy.ts';
import type { GuardedClient } from '../protocols/http/client.ts';
import type { Spool } from '../stores/spool/spool.ts';
import type { Bearers } from './servers/bearers.ts';

/** Of the records, what the activities use. */
export type EntityRecords = AnswerLedger &
  AuthenticationFailuresLedger &
  ClientHolderLedger &
  ClientKeyLedger &
  Decisions &
  DiscoveryHeaderLedger &
  EnteringSecretLedger &
  EntityClaims &
  EntityStarts &
  IntentLedger &
  IssuedTokenLedger &
  ManagementTokenJournal &
  OperationLedger &
  OrphanLedger &
  ProbeKnowledgeLedger &
  RegistrationConfigs &
  ServerAccesses &
  Sharing;

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
  /** Answers that mean something else than they say (`playbooks/errors/`); absent = none is known. */
  readonly vendorErrors?: readonly VendorError[];
  /** Factor of all times that bound failed authentications; 1 by default. Tests make them short. */
  readonly boundScale?: number;
  /** Milliseconds; those of the time policy where it is absent. */
  readonly requestTimes?: Pick<TimePolicy, 'httpTotal' | 'keepAnswer' | 'collectInterval' | 'usableExpiry'>;
  /** Milliseconds that a step with a request that cannot be repeated may take in all. */
  readonly requestStep: number;
}

/** Times of a request that cannot be repeated, and of judging its answer. */
export function requestTimes(deps: Dependencies): NonNullable<Dependencies['requestTimes']> {
  return deps.requestTimes ?? defaultTimePolicy;
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
