import { RegistrarFailure } from '../../domain/failure.ts';
import { clientSecretName, managementSecretName } from '../../domain/ids.ts';
import type { CredentialState } from '../../domain/ports/activities.ts';
import { explain } from '../../domain/reasons/index.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import { type ClientSecret, clientSecretSchema, managementSecretSchema, readSecret } from '../credentials/secret.ts';
import type { Dependencies } from '../dependencies.ts';

/** A credential with the secret that is stored for it. */
export interface Stored {
  readonly credential: CredentialState;
  readonly secret: ClientSecret;
}

/** The version that a credential names. Fails when it is not in the store. */
export async function readStored(
  deps: Dependencies,
  config: RegistrationConfig,
  credential: CredentialState,
): Promise<Stored> {
  const { versionId } = credential;
  const name = nameOf(config, credential);
  const secret =
    credential.place === 'client'
      ? (await readSecret(deps.secrets, name, { versionId }, clientSecretSchema))?.value
      : (await readSecret(deps.secrets, name, { versionId }, managementSecretSchema))?.value.client;
  if (secret !== undefined) return { credential, secret };
  const message = `${explain('SecretStoreRefused')} Version ${versionId} of ${name} is not there.`;
  throw new RegistrarFailure({ reason: 'SecretStoreRefused', retryClass: 'input', message });
}

function nameOf(config: RegistrationConfig, credential: CredentialState): string {
  return credential.place === 'client' ? clientSecretName(config) : managementSecretName(config);
}
