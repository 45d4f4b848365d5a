import type { Records } from '../../domain/ports/records.ts';
import { createApplications } from './callers/applications.ts';
import { createIdempotency } from './callers/idempotency.ts';
import { createKeys } from './callers/keys.ts';
import { createOwnSettings } from './callers/ownSettings.ts';
import { createSessions } from './callers/sessions.ts';
import { createTenants } from './callers/tenants.ts';
import type { RecordsContext } from './context.ts';
import { guarded } from './errors.ts';
import { createAnswers } from './ledgers/answers.ts';
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
import { createRegistrations } from './lists/registrations.ts';
import { createRollout } from './lists/rollout.ts';
import { createSummary } from './lists/summary.ts';
import { createConfig } from './registrations/config.ts';
import { createSharing } from './registrations/sharing.ts';
import { createStartRequests } from './registrations/startRequests.ts';
import { createRecordTransition } from './registrations/transitions.ts';
import { createServerAccess } from './servers/access.ts';
import { createServerChanges } from './servers/changes.ts';
import { createServerList } from './servers/list.ts';
import { createTokenWakeRequests } from './servers/tokenWakeRequests.ts';

export type { Anchor, Mac, VerifyMac } from './audit/chain.ts';
export { type AuditVerdict, anchorAudit, exportAudit, verifyAudit } from './audit/verify.ts';
export type { RecordsContext } from './context.ts';
export { type Database, openPglite, openPostgres } from './database.ts';
export { migrate } from './migrate.ts';

/**
 * The read model, the audit and the ledgers on a migrated database. Every function rejects with RecordsError only.
 * Closing the database is the caller's.
 */
export function createRecords(context: RecordsContext): Records {
  return guarded<Records>({
    ...createConfig(context),
    recordTransition: createRecordTransition(context),
    ...createIntents(context),
    ...createAnswers(context),
    ...createManagementTokens(context),
    ...createOrphans(context),
    ...createEnteringSecrets(context),
    ...createClientHolders(context),
    ...createDiscoveryHeaders(context),
    ...createProbeKnowledge(context),
    ...createClientKeys(context),
    ...createApplications(context),
    ...createOwnSettings(context),
    ...createTenants(context),
    ...createRegistrations(context),
    ...createEvents(context),
    ...createRollout(context),
    ...createSummary(context),
    ...createOrphanList(context),
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
    check: async () => {
      await context.db.selectFrom('audit_head').select('position').executeTakeFirstOrThrow();
    },
  });
}
