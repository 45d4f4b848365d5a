import type { Verdict } from '../../domain/credential/proofDecision.ts';
import { fingerprintOf } from '../../domain/discovery/fingerprint.ts';
import { credentialFromView } from '../../domain/entity/state.ts';
import { RegistrarFailure } from '../../domain/failure.ts';
import { heldCredential } from '../credentials/held.ts';
import { configOf, type Dependencies } from '../dependencies.ts';
import { read } from '../discovery/discover.ts';
import { isUnprovable } from './prove.ts';
import { readStored } from './stored.ts';
import { Verification } from './verification.ts';

/** What the watch learned of a current credential. */
export interface Watched {
  readonly versionId: string;
  readonly verdict: Verdict;
}

/**
 * Proves the current credential of a registration as it is recorded, or of its holder where it shares one. Changes
 * nothing but what is known of probes: promotes nothing, reads no pending one. Null where there is nothing to prove.
 */
export async function proveCurrent(deps: Dependencies, registrationId: string): Promise<Watched | null> {
  const start = await deps.records.entityStart(registrationId);
  const endpoints = start?.view?.discovery ?? null;
  if (start == null || start.view === null || endpoints === null) return null;
  const { config, view } = start;
  const held =
    config.holderRegistrationId === null
      ? { config, credential: credentialFromView(view) }
      : await heldCredential(deps, config.holderRegistrationId, endpoints);
  if (held.credential === null || held.credential.place !== 'client') return null;
  const stored = await readStored(deps, held.config, held.credential);
  if (await isUnprovable(deps, held.config, stored, null)) return null;
  const verification = new Verification(deps, { config, endpoints, purpose: 'schedule' });
  const { verdict } = await verification.probe(stored);
  return { versionId: held.credential.versionId, verdict };
}

/**
 * What the discovery documents are now, as one text; `unreadable` where none of them is usable any more, null where
 * another try may find them.
 */
export async function readFingerprint(deps: Dependencies, registrationId: string): Promise<string | null> {
  try {
    return fingerprintOf((await read(deps, await configOf(deps, registrationId))).evidence);
  } catch (error) {
    if (!(error instanceof RegistrarFailure)) throw error;
    return error.retryClass === 'transient' ? null : 'unreadable';
  }
}
