import { clientSecretName } from '../../domain/ids.ts';
import type { CredentialState, StoreConflict } from '../../domain/ports/activities.ts';
import { explain } from '../../domain/reasons/index.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import { clientSecretSchema, readSecret } from '../credentials/secret.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Stored } from './stored.ts';

/**
 * What consumers read, where that is another version than the one that is known to be current: a console edit, a
 * restore, another tool. Null where it is the same, or where consumers have nothing to read yet.
 */
export async function readByConsumers(
  deps: Dependencies,
  config: RegistrationConfig,
  known: CredentialState,
): Promise<Stored | null> {
  if (known.place !== 'client') return null;
  const current = await readSecret(deps.secrets, clientSecretName(config), { stage: 'current' }, clientSecretSchema);
  if (current === null || current.versionId === known.versionId) return null;
  const { versionId, value: secret } = current;
  return { credential: { ...known, versionId, provedAt: null }, secret };
}

/** Both versions, for a person to choose from. */
export function conflictOf(stored: Stored, known: CredentialState): StoreConflict {
  return { stored: stored.credential.versionId, known: known.versionId, waysOut: ['acceptCurrent', 'overwrite'] };
}

/** For people. */
export function tellConflict({ stored, known }: StoreConflict, pending: CredentialState | null, said: string): string {
  const ours =
    pending === null ? 'makes the known one current again' : `makes the new version ${pending.versionId} current`;
  return `${explain('SecretStoreConflict')} Applications read version ${stored}, version ${known} was known. ${said} accept-current takes what they read, overwrite ${ours}.`;
}
