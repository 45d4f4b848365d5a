import type { Kysely } from 'kysely';
import type { SecretStore, SecretStoreKind } from '../../domain/ports/secretStore.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Keyring } from '../crypto/keyring.ts';
import { createAwsSecretStore } from './aws.ts';
import { createDatabaseSecretStore } from './database.ts';

/** Kinds that this version can use. */
export const availableSecretStoreKinds = ['database', 'aws'] as const satisfies readonly SecretStoreKind[];
export type AvailableSecretStoreKind = (typeof availableSecretStoreKinds)[number];

/**
 * The secret store that `REGISTRAR_SECRET_STORE` names.
 *
 * @param deadline milliseconds for one operation with its retries; `aws` only.
 */
export function createSecretStore<Tables>(
  kind: AvailableSecretStoreKind,
  parts: {
    readonly database: Kysely<Tables>;
    readonly keyring: Keyring;
    readonly clock: Clock;
    readonly deadline?: number;
  },
): SecretStore {
  switch (kind) {
    case 'database':
      return createDatabaseSecretStore(parts.database, parts.keyring.sealer('store'), parts.clock);
    case 'aws':
      return createAwsSecretStore(parts.deadline === undefined ? {} : { deadline: parts.deadline });
  }
}
