import type { Migration } from 'kysely/migration';
import { records } from './001-records.ts';
import { secrets } from './002-secrets.ts';
import { keyCheck } from './003-key-check.ts';
import { appliedIntents } from './004-applied-intents.ts';
import { clientKeys } from './005-client-keys.ts';
import { clientHolders } from './006-client-holders.ts';
import { discoveryHeaders } from './007-discovery-headers.ts';
import { ownSettings } from './008-own-settings.ts';
import { authorizationServers } from './009-authorization-servers.ts';
import { sharedClients } from './012-shared-clients.ts';
import { entityState } from './013-entity-state.ts';
import { operations } from './014-operations.ts';
import { intents } from './015-intents.ts';
import { proofsAndBudgets } from './016-proofs-and-budgets.ts';
import { pointers } from './017-pointers.ts';
import { auditPartitions } from './018-audit-partitions.ts';
import { securityEvents } from './019-security-events.ts';
import { watch } from './020-watch.ts';
import { clientExpiry } from './021-client-expiry.ts';
import { listIndexes } from './025-list-indexes.ts';
import { bulkOperations } from './030-bulk-operations.ts';

export type NamedMigration = readonly [name: string, migration: Migration];

/** What 0.1.0 knows, in its own journal, `kysely_migration`: it refuses to start where that names anything else. */
export const firstMigrations: readonly NamedMigration[] = [
  ['001-records', records],
  ['002-secrets', secrets],
  ['003-key-check', keyCheck],
  ['004-applied-intents', appliedIntents],
  ['005-client-keys', clientKeys],
  ['006-client-holders', clientHolders],
  ['007-discovery-headers', discoveryHeaders],
  ['008-own-settings', ownSettings],
  ['009-authorization-servers', authorizationServers],
  ['012-shared-clients', sharedClients],
];

/**
 * Every later migration in order, in `registrar_migration`. Append only: a released one is never edited, and the release
 * before it must run on the schema after it (add, fill, switch; drop in a later release).
 *
 * The next number is 031. Never 010 or 011: they sort before 012, which every existing database has, so that the
 * migrator would call those databases corrupted.
 */
export const migrations: readonly NamedMigration[] = [
  ['013-entity-state', entityState],
  ['014-operations', operations],
  ['015-intents', intents],
  ['016-proofs-and-budgets', proofsAndBudgets],
  ['017-pointers', pointers],
  ['018-audit-partitions', auditPartitions],
  ['019-security-events', securityEvents],
  ['020-watch', watch],
  ['021-client-expiry', clientExpiry],
  ['025-list-indexes', listIndexes],
  ['030-bulk-operations', bulkOperations],
];
