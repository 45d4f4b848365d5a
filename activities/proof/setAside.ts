import type { CredentialState, Endpoints, SetAsideOutcome } from '../../domain/ports/activities.ts';
import { configOf, type Dependencies } from '../dependencies.ts';
import { readStored } from './stored.ts';
import { Verification } from './verification.ts';

/**
 * Probes the secrets that were set aside, newest first, up to the first good one: before a server is asked for yet
 * another, one that it gave may have become valid (DESIGN section 6). Changes nothing. Repeatable.
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
  const verification = new Verification(deps, { config, endpoints: argument.endpoints, purpose: 'schedule' });
  const probed: SetAsideOutcome['probed'][number][] = [];
  for (const credential of argument.setAside.toSorted((one, other) => other.issuedAt - one.issuedAt)) {
    const { verdict, message, putOff } = await verification.probe(await readStored(deps, config, credential));
    if (putOff !== undefined) return { good: null, probed, putOff };
    probed.push({ versionId: credential.versionId, verdict, message });
    if (verdict === 'good') return { good: credential, probed };
  }
  return { good: null, probed };
}
