import { clientSecretName } from '../../domain/ids.ts';
import type { StoredAnswer } from '../../domain/operations/intent.ts';
import type { CredentialState } from '../../domain/ports/activities.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import type { ClientInformation } from '../../protocols/oauth/clientInformation.ts';
import { fits } from '../../stores/secrets/content.ts';
import { versionIdOf } from '../../stores/secrets/versionId.ts';
import { clientSecretSchema, readSecret, tagsOf } from '../credentials/secret.ts';
import { usableEnd } from '../credentials/usableEnd.ts';
import type { Dependencies } from '../dependencies.ts';
import { proveWith } from '../proof/prove.ts';
import type { UpdateArguments } from './storeUpdated.ts';

/**
 * Whether the secret that a read shows counts (FACTS section 4): servers show a hash, a mask or a former secret there, so
 * that it is a candidate only, and counts if it proves good and the stored one does not. What does not count is kept
 * sealed with its answer. True where the read shows none, or the stored one.
 */
export async function candidateCounts(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: UpdateArguments,
  answer: StoredAnswer,
  shown: ClientInformation,
): Promise<boolean> {
  const name = clientSecretName(config);
  const stored = await readSecret(deps.secrets, name, { stage: 'current' }, clientSecretSchema);
  const { clientSecret } = shown;
  if (stored === null || clientSecret === null || clientSecret === stored.value.client_secret) return true;
  const { registrationId, endpoints, current, intentId } = argument;
  const now = await proveWith(deps, config, { registrationId, endpoints, current, pending: null });
  if (now.decision.reason !== 'ProofSucceeded') {
    // The version that the outcome names as well: putting it twice is putting it once.
    const versionId = versionIdOf(intentId, 'client');
    const end = usableEnd(deps, shown);
    const expiry = end === null ? {} : { expires_at: Math.floor(end / 1000) };
    const { expires_at: _former, ...kept } = stored.value;
    const value = { ...kept, ...expiry, client_secret: clientSecret };
    if (fits(value)) {
      await deps.secrets.put(name, versionId, value, tagsOf(config));
      const pending: CredentialState = { ...current, place: 'client', versionId, provedAt: null };
      const proof = await proveWith(deps, config, { registrationId, endpoints, current, pending });
      if (proof.decision.reason === 'ProofSucceeded') return true;
    }
  }
  await deps.records.keepAnswer({
    id: `${intentId}/candidate`,
    intent: { intentId, registrationId, kind: 'read' },
    clientId: current.clientId,
    answer,
  });
  return false;
}
