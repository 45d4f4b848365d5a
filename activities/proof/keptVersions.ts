import { clientSecretName } from '../../domain/ids.ts';
import type { CredentialState } from '../../domain/ports/activities.ts';
import { SecretStoreError, type SecretVersionInfo } from '../../domain/ports/secretStore.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import type { Dependencies } from '../dependencies.ts';

/**
 * Keeps the secrets that were set aside, which the store would drop once they carry no stage, and lets go of those that
 * are not wanted any more. Repeatable.
 *
 * @returns version ids of those that are not there (any more).
 */
export async function keepOnly(
  deps: Dependencies,
  config: RegistrationConfig,
  wanted: readonly CredentialState[],
): Promise<ReadonlySet<string>> {
  const name = clientSecretName(config);
  const wantedIds = new Set(wanted.map(({ versionId }) => versionId));
  const versions = (await deps.secrets.describe(name)) ?? [];
  await letGo(deps, name, versions, ({ versionId }) => !wantedIds.has(versionId));
  const held = new Set(versions.filter(({ kept }) => kept).map(({ versionId }) => versionId));
  const gone = new Set<string>();
  for (const versionId of wantedIds)
    if (!held.has(versionId) && !(await isKept(deps, name, versionId))) gone.add(versionId);
  return gone;
}

async function isKept({ secrets }: Dependencies, name: string, versionId: string): Promise<boolean> {
  try {
    await secrets.keep(name, versionId);
    return true;
  } catch (error) {
    if (error instanceof SecretStoreError && error.code === 'not-found') return false;
    throw error;
  }
}

/**
 * After a promotion: what the server issued before the current secret is not what it means, so it is given up. Nothing
 * is thrown, as the promotion counts for more; what stays is let go by the next promotion. Repeatable.
 */
export async function letGoOfOlder(deps: Dependencies, name: string, promoted: string): Promise<void> {
  try {
    const versions = (await deps.secrets.describe(name)) ?? [];
    const since = versions.find(({ versionId }) => versionId === promoted)?.createdAt;
    if (since !== undefined) await letGo(deps, name, versions, ({ createdAt }) => createdAt < since);
  } catch {
    // The store is asked again then.
  }
}

async function letGo(
  { secrets }: Dependencies,
  name: string,
  versions: readonly SecretVersionInfo[],
  isGivenUp: (version: SecretVersionInfo) => boolean,
): Promise<void> {
  const given = versions.filter((version) => version.kept && isGivenUp(version));
  for (const { versionId } of given) await secrets.release(name, versionId);
}
