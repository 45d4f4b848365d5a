import type { CredentialState, Endpoints, SetAsideOutcome } from '../../domain/ports/activities.ts';
import { configOf, type Dependencies } from '../dependencies.ts';
import { keepOnly } from './keptVersions.ts';
import { readStored } from './stored.ts';
import { Verification } from './verification.ts';

/**
 * Probes the secrets that were set aside, newest first, up to the first good one: before a server is asked for yet
 * another, one that it gave may have become valid (DESIGN section 6). The store keeps these, and no others. Repeatable.
 */
export async function probeSetAside(
  deps: Dependencies,
  argument: {
    readonly registrationId: string;
    readonly endpoints: Endpoints;
    readonly setAside: readonly CredentialState[];
  },
): Promise<SetAsideOutcome> {
  const config = await configOf(deps, argument.registrationId);
  const gone = await keepOnly(deps, config, argument.setAside);
  const verification = new Verification(deps, { config, endpoints: argument.endpoints, purpose: 'schedule' });
  const probed: SetAsideOutcome['probed'][number][] = [];
  for (const credential of argument.setAside.toSorted((one, other) => other.issuedAt - one.issuedAt)) {
    const { versionId } = credential;
    if (gone.has(versionId)) {
      // Somebody else removed it, which must not hold up the rotation.
      probed.push({ versionId, verdict: 'inconclusive', message: `Version ${versionId} is not in the secret store.` });
      continue;
    }
    const { verdict, message, putOff } = await verification.probe(await readStored(deps, config, credential));
    if (putOff !== undefined) return { good: null, probed, putOff };
    probed.push({ versionId, verdict, message });
    if (verdict === 'good') return { good: credential, probed };
  }
  return { good: null, probed };
}
