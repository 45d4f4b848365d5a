import { clientSecretName } from '../../domain/ids.ts';
import type { CredentialState } from '../../domain/ports/activities.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import { versionIdOf } from '../../stores/secrets/versionId.ts';
import { tagsOf } from '../credentials/secret.ts';
import type { Dependencies } from '../dependencies.ts';
import { letGoOfOlder } from './keptVersions.ts';
import type { Stored } from './stored.ts';

/**
 * The version that a credential may replace as current. Read before the proof: one that takes long must not bring back
 * a secret that was itself replaced meanwhile. A first credential may find what a client before it left there.
 */
export async function replacedBy(
  deps: Dependencies,
  config: RegistrationConfig,
  { credential }: Stored,
  current: CredentialState | null,
): Promise<string | null> {
  if (credential.place === 'client') return current?.versionId ?? null;
  return (await deps.secrets.get(clientSecretName(config), { stage: 'current' }))?.versionId ?? null;
}

/** The first credential makes the secret that the application reads; later ones move it by compare-and-swap. */
export async function promote(
  deps: Dependencies,
  config: RegistrationConfig,
  { credential, secret }: Stored,
  replaceable: string | null,
): Promise<CredentialState> {
  const name = clientSecretName(config);
  if (credential.place === 'client') {
    await deps.secrets.promote(name, credential.versionId, replaceable);
    await letGoOfOlder(deps, name, credential.versionId);
    return credential;
  }
  const versionId = versionIdOf(credential.versionId, 'client');
  await deps.secrets.put(name, versionId, secret, tagsOf(config));
  const now = await deps.secrets.get(name, { stage: 'current' });
  if (now?.versionId !== versionId) await deps.secrets.promote(name, versionId, replaceable);
  return { ...credential, place: 'client', versionId };
}
