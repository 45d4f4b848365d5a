import type { Kysely } from 'kysely';
import type { SecretStore, SecretStoreKind } from '../../domain/ports/secretStore.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Keyring } from '../crypto/keyring.ts';
import { createAwsSecretStore } from './aws.ts';
import { createDatabaseSecretStore } from './database.ts';
import { withPointers } from './pointers.ts';

/** Kinds that this version can use. */
export const availableSecretStoreKinds = ['database', 'aws'] as const satisfies readonly SecretStoreKind[];
export type AvailableSecretStoreKind = (typeof availableSecretStoreKinds)[number];

interface Parts<Tables> {
  readonly database: Kysely<Tables>;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly deadline?: number;
}

/**
 * The secret store that `REGISTRAR_SECRET_STORE` names; each promotion is under an intent in the database.
 *
 * @param deadline milliseconds for one operation with its retries; `aws` only.
 */
export function createSecretStore<Tables>(kind: AvailableSecretStoreKind, parts: Parts<Tables>): SecretStore {
  return withPointers(openStore(kind, parts), parts.database, parts.clock);
}

function openStore<Tables>(kind: AvailableSecretStoreKind, parts: Parts<Tables>): SecretStore {
  switch (kind) {
    case 'database':
      return createDatabaseSecretStore(parts.database, parts.keyring.sealer('store'), parts.clock);
    case 'aws':
      return createAwsSecretStore(parts.deadline === undefined ? {} : { deadline: parts.deadline });
  }
}
