import type { Applications } from '../../domain/ports/callers/applications.ts';
import type { BulkOperations } from '../../domain/ports/callers/bulkOperations.ts';
import type { Idempotency } from '../../domain/ports/callers/idempotency.ts';
import type { Keys } from '../../domain/ports/callers/keys.ts';
import type { OwnSettingsRevisions } from '../../domain/ports/callers/ownSettings.ts';
import type { Sessions } from '../../domain/ports/callers/sessions.ts';
import type { Tenants } from '../../domain/ports/callers/tenants.ts';
import type { Decisions, EntityClaims, OperationLedger } from '../../domain/ports/entityState.ts';
import type { AnswerLedger } from '../../domain/ports/ledgers/answers.ts';
import type { AuthenticationFailuresLedger } from '../../domain/ports/ledgers/authenticationFailures.ts';
import type { ClientHolderLedger } from '../../domain/ports/ledgers/clientHolders.ts';
import type { ClientKeyLedger } from '../../domain/ports/ledgers/clientKeys.ts';
import type { DiscoveryHeaderLedger } from '../../domain/ports/ledgers/discoveryHeaders.ts';
import type { EnteringSecretLedger } from '../../domain/ports/ledgers/enteringSecrets.ts';
import type { IntentLedger } from '../../domain/ports/ledgers/intents.ts';
import type { IssuedTokenLedger } from '../../domain/ports/ledgers/issuedTokens.ts';
import type { ManagementTokenJournal } from '../../domain/ports/ledgers/managementTokens.ts';
import type { OrphanLedger } from '../../domain/ports/ledgers/orphans.ts';
import type { ProbeKnowledgeLedger } from '../../domain/ports/ledgers/probeKnowledge.ts';
import type { EventList } from '../../domain/ports/lists/events.ts';
import type { InitialAccessTokenList } from '../../domain/ports/lists/initialAccessTokens.ts';
import type { OrphanList } from '../../domain/ports/lists/orphans.ts';
import type { PausedOrigins } from '../../domain/ports/lists/pausedOrigins.ts';
import type { RegistrationList } from '../../domain/ports/lists/registrations.ts';
import type { RolloutList } from '../../domain/ports/lists/rollout.ts';
import type { FleetSummary } from '../../domain/ports/lists/summary.ts';
import type { Readiness } from '../../domain/ports/readiness.ts';
import type { RegistrationConfigs } from '../../domain/ports/registrations/configs.ts';
import type { Reconciliation } from '../../domain/ports/registrations/reconciliation.ts';
import type { Sharing } from '../../domain/ports/registrations/sharing.ts';
import type { StartRequests } from '../../domain/ports/registrations/startRequests.ts';
import type { EntityStarts } from '../../domain/ports/registrations/starts.ts';
import type { WakeRequests } from '../../domain/ports/registrations/wakeRequests.ts';
import type { ServerAccesses } from '../../domain/ports/servers/access.ts';
import type { AuthorizationServerChanges } from '../../domain/ports/servers/changes.ts';
import type { AuthorizationServerList } from '../../domain/ports/servers/list.ts';
import type { TokenWakeRequests } from '../../domain/ports/servers/tokenWakeRequests.ts';
import { createApplications } from './callers/applications.ts';
import { createBulkOperations } from './callers/bulkOperations.ts';
import { createIdempotency } from './callers/idempotency.ts';
import { createKeys } from './callers/keys.ts';
import { createOwnSettings } from './callers/ownSettings.ts';
import { createSessions } from './callers/sessions.ts';
import { createTenants } from './callers/tenants.ts';
import type { RecordsContext } from './context.ts';
import { guarded } from './errors.ts';
import { createAnswers } from './ledgers/answers.ts';
import { createAuthenticationFailures } from './ledgers/authenticationFailures.ts';
import { createClientHolders } from './ledgers/clientHolders.ts';
import { createClientKeys } from './ledgers/clientKeys.ts';
import { createDiscoveryHeaders } from './ledgers/discoveryHeaders.ts';
import { createEnteringSecrets } from './ledgers/enteringSecrets.ts';
import { createIntents } from './ledgers/intents.ts';
import { createIssuedTokens } from './ledgers/issuedTokens.ts';
import { createManagementTokens } from './ledgers/managementTokens.ts';
import { createOrphans } from './ledgers/orphans.ts';
import { createProbeKnowledge } from './ledgers/probeKnowledge.ts';
import { createEvents } from './lists/events.ts';
import { createInitialAccessTokenList } from './lists/initialAccessTokens.ts';
import { createOrphanList } from './lists/orphans.ts';
import { createPausedOrigins } from './lists/pausedOrigins.ts';
import { createRegistrations } from './lists/registrations.ts';
import { createRollout } from './lists/rollout.ts';
import { createSummary } from './lists/summary.ts';
import { createClaim } from './registrations/claim.ts';
import { createConfig } from './registrations/config.ts';
import { createDecisions } from './registrations/decisions.ts';
import { createOperations } from './registrations/operations.ts';
import { createReconciliation } from './registrations/reconciliation.ts';
import { createSharing } from './registrations/sharing.ts';
import { createStartRequests } from './registrations/startRequests.ts';
import { createServerAccess } from './servers/access.ts';
import { createServerChanges } from './servers/changes.ts';
import { createServerList } from './servers/list.ts';
import { createTokenWakeRequests } from './servers/tokenWakeRequests.ts';

export type { Anchor, Mac, VerifyMac } from './audit/chain.ts';
export { makeAuditPartitions } from './audit/partitions.ts';
export { type AuditVerdict, anchorAudit, exportAudit, verifyAudit } from './audit/verify.ts';
export type { RecordsContext } from './context.ts';
export { type Database, openPglite, openPostgres } from './database.ts';
export { migrate } from './migrate.ts';

/** Every port that the database answers. */
export type Records = AnswerLedger &
  AuthenticationFailuresLedger &
  Applications &
  AuthorizationServerChanges &
  AuthorizationServerList &
  BulkOperations &
  ClientHolderLedger &
  ClientKeyLedger &
  Decisions &
  DiscoveryHeaderLedger &
  EntityClaims &
  EnteringSecretLedger &
  EntityStarts &
  EventList &
  FleetSummary &
  Idempotency &
  InitialAccessTokenList &
  IntentLedger &
  IssuedTokenLedger &
  Keys &
  ManagementTokenJournal &
  OperationLedger &
  OrphanLedger &
  OrphanList &
  OwnSettingsRevisions &
  PausedOrigins &
  ProbeKnowledgeLedger &
  Readiness &
  Reconciliation &
  RegistrationConfigs &
  RegistrationList &
  RolloutList &
  ServerAccesses &
  Sessions &
  Sharing &
  StartRequests &
  Tenants &
  TokenWakeRequests &
  WakeRequests;

/**
 * The read model, the audit and the ledgers on a migrated database. Every function rejects with RecordsError only.
 * Closing the database is the caller's.
 */
export function createRecords(context: RecordsContext): Records {
  return guarded<Records>({
    ...createConfig(context),
    ...createClaim(context),
    ...createDecisions(context),
    ...createOperations(context),
    ...createIntents(context),
    ...createAnswers(context),
    ...createManagementTokens(context),
    ...createOrphans(context),
    ...createEnteringSecrets(context),
    ...createClientHolders(context),
    ...createDiscoveryHeaders(context),
    ...createProbeKnowledge(context),
    ...createAuthenticationFailures(context),
    ...createClientKeys(context),
    ...createApplications(context),
    ...createOwnSettings(context),
    ...createTenants(context),
    ...createRegistrations(context),
    ...createEvents(context),
    ...createRollout(context),
    ...createSummary(context),
    ...createPausedOrigins(context),
    ...createOrphanList(context),
    ...createReconciliation(context),
    ...createStartRequests(context),
    ...createServerAccess(context),
    ...createServerList(context),
    ...createServerChanges(context),
    ...createTokenWakeRequests(context),
    ...createIssuedTokens(context),
    ...createInitialAccessTokenList(context),
    ...createSharing(context),
    ...createKeys(context),
    ...createSessions(context),
    ...createIdempotency(context),
    ...createBulkOperations(context),
    check: async () => {
      await context.db.selectFrom('audit_head').select('position').executeTakeFirstOrThrow();
    },
  });
}
