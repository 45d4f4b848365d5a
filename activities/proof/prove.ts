import {
  type CurrentVerdict,
  decideProof,
  decideUnprovable,
  type ProofDecision,
} from '../../domain/credential/proofDecision.ts';
import { RegistrarFailure } from '../../domain/failure.ts';
import type { CredentialState, Endpoints, PeerSteps, ProofOutcome } from '../../domain/ports/activities.ts';
import { SecretStoreError } from '../../domain/ports/secretStore.ts';
import { explain } from '../../domain/reasons/index.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import { listFormerClient } from '../credentials/formerClient.ts';
import { heldCredential } from '../credentials/held.ts';
import { readManagement } from '../credentials/management.ts';
import { storeManagement } from '../credentials/storeManagement.ts';
import { configOf, type Dependencies } from '../dependencies.ts';
import { heldByAnother } from '../requests/otherHolder.ts';
import { managementAudience } from '../servers/audience.ts';
import { becomeManageable } from '../servers/reissue.ts';
import { looksGone } from './clientGone.ts';
import { promote, replacedBy } from './promote.ts';
import { conflictOf, readByConsumers, tellConflict } from './storeConflict.ts';
import { readStored, type Stored } from './stored.ts';
import { type Probed, Verification } from './verification.ts';

type ProveArguments = Parameters<PeerSteps['prove']>[0];

/**
 * Proves the pending credential, else the current one, at the token endpoint, and promotes what proved good: in this
 * order, so that an application never reads a secret that was not proved (DESIGN section 6). Repeatable.
 */
export async function prove(deps: Dependencies, argument: ProveArguments): Promise<ProofOutcome> {
  return await proveWith(deps, await configOf(deps, argument.registrationId), argument);
}

/** {@link prove} for a step that has the configuration already. */
export async function proveWith(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: ProveArguments,
): Promise<ProofOutcome> {
  if (config.holderRegistrationId !== null) return await proveShared(deps, config, argument);
  const { current } = argument;
  const pending = argument.pending === null ? null : await readStored(deps, config, argument.pending);
  const replaceable = pending === null ? null : await replacedBy(deps, config, pending, current);
  const isProvable = !(await isUnprovable(deps, config, pending, current));
  const { endpoints, purpose, afresh } = argument;
  const verification = new Verification(deps, { config, endpoints, purpose, afresh });
  if (isProvable && pending === null && current !== null) {
    const read = await readByConsumers(deps, config, current);
    if (read !== null) return await proveRead(deps, verification, read, current, null);
  }
  const { decision, message, putOff } = isProvable
    ? await probeBoth(deps, config, verification, pending, current)
    : unprovable(pending);
  if (decision.action === 'keep' || pending === null) {
    const good = decision.reason === 'ProofSucceeded' && argument.pending === null && current !== null;
    const kept = good ? await becomeManageable(deps, config, argument.endpoints, current) : current;
    const outcome = { decision, current: kept, pending: argument.pending, message, ...withTime(putOff) };
    const rejected = pending === null && current !== null && decision.reason === 'CredentialRejected';
    if (!rejected) return outcome;
    const { gone, reads } = await looksGone(deps, config, argument.endpoints, current, argument.mostReads);
    return { ...outcome, reads, ...(gone ? { clientGone: true } : {}) };
  }
  const { clientId } = pending.credential;
  const held = await heldByAnother(deps, config.registrationId, argument.endpoints, clientId);
  if (held !== null) throw new RegistrarFailure({ ...held.failure });
  const provedAt = decision.reason === 'ProofSucceeded' ? deps.clock.now() : null;
  try {
    const promoted = await takePlace(deps, config, argument.endpoints, pending, { current, replaceable });
    return { decision, current: { ...promoted, provedAt }, pending: null, message };
  } catch (error) {
    // Another hand made a third version current: that one is looked at, instead of trying for ever.
    if (!(error instanceof SecretStoreError) || error.code !== 'conflict' || current === null) throw error;
    const read = await readByConsumers(deps, config, current);
    if (read === null) throw error;
    return await proveRead(deps, verification, read, current, pending.credential);
  }
}

/** Makes a credential what consumers read, and what follows from that. Repeatable. */
export async function takePlace(
  deps: Dependencies,
  config: RegistrationConfig,
  endpoints: Endpoints,
  ours: Stored,
  { current, replaceable }: { readonly current: CredentialState | null; readonly replaceable: string | null },
): Promise<CredentialState> {
  const promoted = await promote(deps, config, ours, replaceable);
  if (current !== null && current.clientId !== promoted.clientId) {
    await listFormerClient(deps, config, endpoints, current);
    await takeTop(deps, config, endpoints, promoted.clientId);
  }
  if (promoted.supplied) await deps.records.releaseClients(config.registrationId, [promoted.clientId]);
  return await becomeManageable(deps, config, endpoints, promoted);
}

/** The management secret shows the current client's members at its top (DESIGN section 5). */
async function takeTop(
  deps: Dependencies,
  config: RegistrationConfig,
  endpoints: Endpoints,
  clientId: string,
): Promise<void> {
  const audience = managementAudience(endpoints);
  const receivedAt = deps.clock.now();
  if ((await readManagement(deps, config)) === null) return;
  await storeManagement(deps, config, {
    clientId,
    token: null,
    clientUri: null,
    audience,
    receivedAt,
    role: 'current',
  });
}

/** Whether the credential to be proved authenticates by a key that Registrar does not hold. */
export async function isUnprovable(
  deps: Dependencies,
  config: RegistrationConfig,
  pending: Stored | null,
  current: CredentialState | null,
): Promise<boolean> {
  if ((pending?.credential ?? current)?.authMethod !== 'private_key_jwt') return false;
  const stored = pending ?? (current === null ? null : await readStored(deps, config, current));
  return stored !== null && stored.secret.private_key_jwk === undefined;
}

interface Proved {
  readonly decision: ProofDecision;
  readonly message: string;
  readonly putOff?: { readonly until: number };
}

/** The application has its client id at once: no proof will ever come. */
function unprovable(pending: Stored | null): Proved {
  const decision = decideUnprovable(pending !== null);
  return { decision, message: explain(decision.reason) };
}

/** The current credential is probed where the pending one did not prove good. */
async function probeBoth(
  deps: Dependencies,
  config: RegistrationConfig,
  verification: Verification,
  pending: Stored | null,
  current: CredentialState | null,
): Promise<Proved> {
  const pendingProbe = pending === null ? null : await verification.probe(pending);
  // What was not tried is no reason to try, or to leave, the other one.
  if (pendingProbe?.verdict === 'good' || pendingProbe?.putOff !== undefined || current === null)
    return { decision: decideProof(pendingProbe?.verdict ?? null, null), ...told(pendingProbe) };
  // The server that takes this credential knows the other one too.
  const known = await readStored(deps, config, current);
  const currentProbe = await verification.probe(known, [pending?.secret.client_secret]);
  const decision = decideProof(pendingProbe?.verdict ?? null, currentVerdict(deps, currentProbe, current));
  if (pending === null || pendingProbe === null) return { decision, ...told(currentProbe) };
  const message = `The new one (version ${pending.credential.versionId}): ${pendingProbe.message} The current one (version ${current.versionId}): ${currentProbe.message}`;
  return { decision, ...told(pendingProbe), message };
}

function currentVerdict(deps: Dependencies, { verdict }: Probed, { expiresAt }: CredentialState): CurrentVerdict {
  // Some servers take a secret for longer than they said.
  return verdict === 'inconclusive' && expiresAt !== null && expiresAt <= deps.clock.now() ? 'expired' : verdict;
}

/** For a proof of one credential. */
function told(probed: Probed | null): Pick<Proved, 'message' | 'putOff'> {
  const { message = '', putOff } = probed ?? {};
  return { message, ...withTime(putOff) };
}

function withTime(putOff: { readonly until: number } | undefined): Pick<Proved, 'putOff'> {
  return putOff === undefined ? {} : { putOff };
}

/** What consumers read is the truth: where it proves good it is adopted, where not a person chooses. */
async function proveRead(
  deps: Dependencies,
  verification: Verification,
  read: Stored,
  current: CredentialState,
  pending: CredentialState | null,
): Promise<ProofOutcome> {
  const probed = await verification.probe(read);
  const sameClient = read.secret.client_id === current.clientId;
  if (probed.putOff !== undefined)
    return {
      decision: decideProof(null, 'inconclusive'),
      current,
      pending,
      message: probed.message,
      putOff: probed.putOff,
    };
  if (probed.verdict === 'good' && sameClient) {
    const { versionId } = read.credential;
    const adopted = { from: current.versionId, to: versionId };
    const message = `Applications read version ${versionId}, which another hand made current; it is adopted. ${probed.message}`;
    const proved = { ...read.credential, provedAt: deps.clock.now() };
    return { decision: decideProof(null, 'good'), current: proved, pending, message, adopted };
  }
  const conflict = { ...conflictOf(read, current), verdict: probed.verdict };
  const said = sameClient ? probed.message : `It is of another client. ${probed.message}`;
  const decision = { action: 'keep', reason: 'SecretStoreConflict' } as const;
  return { decision, current, pending, message: tellConflict(conflict, pending, said), conflict };
}

/** A sharer proves what its holder's credential is now, where it uses it itself. Nothing is promoted. */
async function proveShared(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: ProveArguments,
): Promise<ProofOutcome> {
  const held = await heldCredential(deps, config.holderRegistrationId ?? '', argument.endpoints);
  const stored = await readStored(deps, held.config, held.credential);
  if (await isUnprovable(deps, held.config, stored, null))
    return { ...unprovable(null), current: { ...held.credential, provedAt: null }, pending: null };
  const { endpoints, purpose, afresh } = argument;
  const verification = new Verification(deps, { config, endpoints, purpose, afresh });
  const { verdict, message, putOff } = await verification.probe(stored);
  const provedAt = verdict === 'good' ? deps.clock.now() : (argument.current?.provedAt ?? null);
  const current = { ...held.credential, provedAt };
  const decision = decideProof(null, verdict);
  return { decision, current, pending: null, message, ...withTime(putOff) };
}
