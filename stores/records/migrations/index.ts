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

/** Every migration in order. Append only: a released one is never edited. */
export const migrations: readonly (readonly [name: string, migration: Migration])[] = [
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
