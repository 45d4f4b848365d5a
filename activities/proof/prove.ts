import { requestedMetadata } from '../../domain/client/requested.ts';
import { decideProof, decideUnprovable, type ProofDecision } from '../../domain/credential/proofDecision.ts';
import { RegistrarFailure } from '../../domain/failure.ts';
import { clientSecretName, managementSecretName } from '../../domain/ids.ts';
import type { CredentialState, Endpoints, PeerActivities, ProofOutcome } from '../../domain/ports/activities.ts';
import { explain } from '../../domain/reasons/index.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import { audienceSecret } from '../../protocols/http/audience.ts';
import { type Probe, probeCredential } from '../../protocols/oauth/probe.ts';
import { versionIdOf } from '../../stores/secrets/versionId.ts';
import { listFormerClient } from '../credentials/formerClient.ts';
import { heldCredential } from '../credentials/held.ts';
import {
  type ClientSecret,
  clientSecretSchema,
  managementSecretSchema,
  readSecret,
  tagsOf,
} from '../credentials/secret.ts';
import { configOf, type Dependencies } from '../dependencies.ts';
import { tokenEndpointOf } from '../servers/audience.ts';
import { becomeManageable } from '../servers/reissue.ts';
import { looksGone } from './clientGone.ts';

export type ProveArguments = Parameters<PeerActivities['prove']>[0];

/** A credential with the secret that is stored for it. */
export interface Stored {
  readonly credential: CredentialState;
  readonly secret: ClientSecret;
}

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
  const { decision, message } = (await isUnprovable(deps, config, pending, current))
    ? unprovable(pending)
    : await probeBoth(deps, config, argument, pending);
  if (decision.action === 'keep' || pending === null) {
    const good = decision.reason === 'ProofSucceeded' && argument.pending === null && current !== null;
    const kept = good ? await becomeManageable(deps, config, argument.endpoints, current) : current;
    const outcome = { decision, current: kept, pending: argument.pending, message };
    const rejected = pending === null && current !== null && decision.reason === 'CredentialRejected';
    const gone = rejected && (await looksGone(deps, config, argument.endpoints, current));
    return gone ? { ...outcome, clientGone: true } : outcome;
  }
  const provedAt = decision.reason === 'ProofSucceeded' ? deps.clock.now() : null;
  const promoted = await promote(deps, config, pending, replaceable);
  if (current !== null && current.clientId !== promoted.clientId)
    await listFormerClient(deps, config, argument.endpoints, current);
  if (promoted.supplied) await deps.records.releaseClients(config.registrationId, [promoted.clientId]);
  const managed = await becomeManageable(deps, config, argument.endpoints, promoted);
  return { decision, current: { ...managed, provedAt }, pending: null, message };
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
  argument: ProveArguments,
  pending: Stored | null,
): Promise<Proved> {
  const { current } = argument;
  const pendingProbe = pending === null ? null : await probe(deps, config, argument, pending);
  const probeCurrent = current !== null && pendingProbe?.verdict !== 'good';
  const currentProbe = probeCurrent
    ? await probe(deps, config, argument, await readStored(deps, config, current), pending)
    : null;
  const decision = decideProof(pendingProbe?.verdict ?? null, currentProbe?.verdict ?? null);
  const message = [pendingProbe?.message, currentProbe?.message]
    .filter((text) => text !== undefined)
    .join(' Current one: ');
  return { decision, message };
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
  const { verdict, message } = await probe(deps, config, argument, stored);
  const provedAt = verdict === 'good' ? deps.clock.now() : (argument.current?.provedAt ?? null);
  return { decision: decideProof(null, verdict), current: { ...held.credential, provedAt }, pending: null, message };
}

export async function probe(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: Pick<ProveArguments, 'endpoints'>,
  { credential, secret }: Stored,
  pending: Stored | null = null,
): Promise<Probe> {
  const tokenEndpoint = tokenEndpointOf(argument.endpoints);
  // The server that takes this credential knows these too, and may repeat them here.
  const journal = await deps.records.managementTokens(config.holderRegistrationId ?? config.registrationId);
  const others = [pending?.secret.client_secret, ...journal.map(({ token }) => token)];
  const knowledge = await deps.records.probeKnowledge(tokenEndpoint, credential.authMethod);
  const result = await probeCredential(deps.client, {
    tokenEndpoint,
    clientId: secret.client_id,
    clientSecret: secret.client_secret === undefined ? null : audienceSecret(secret.client_secret, secret.audience),
    privateKey:
      secret.private_key_jwk === undefined ? null : { jwk: secret.private_key_jwk, audience: secret.audience },
    authMethod: credential.authMethod,
    redirectUri: secret.redirect_uris[0] ?? null,
    grantTypes: grantTypesOf(config, argument.endpoints),
    knowledge,
    secretsInPlay: others.filter((other) => other !== undefined),
    allowControl: config.environmentClass !== 'production' || credential.provedAt === null,
    clock: deps.clock,
  });
  if (result.learned !== undefined) await deps.records.learnProbe(tokenEndpoint, credential.authMethod, result.learned);
  return result;
}

function grantTypesOf(config: RegistrationConfig, endpoints: Endpoints): string[] {
  const asked = requestedMetadata(config, endpoints, null)['grant_types'];
  return Array.isArray(asked) ? asked.filter((grant) => typeof grant === 'string') : [];
}

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

/**
 * The version that a credential may replace as current. Read before the proof: one that takes long must not bring back
 * a secret that was itself replaced meanwhile. A first credential may find what a client before it left there.
 */
async function replacedBy(
  deps: Dependencies,
  config: RegistrationConfig,
  { credential }: Stored,
  current: CredentialState | null,
): Promise<string | null> {
  if (credential.place === 'client') return current?.versionId ?? null;
  return (await deps.secrets.get(clientSecretName(config), { stage: 'current' }))?.versionId ?? null;
}

/** The first credential makes the secret that the application reads; later ones move it by compare-and-swap. */
async function promote(
  deps: Dependencies,
  config: RegistrationConfig,
  { credential, secret }: Stored,
  replaceable: string | null,
): Promise<CredentialState> {
  const name = clientSecretName(config);
  if (credential.place === 'client') {
    await deps.secrets.promote(name, credential.versionId, replaceable);
    return credential;
  }
  const versionId = versionIdOf(credential.versionId, 'client');
  await deps.secrets.put(name, versionId, secret, tagsOf(config));
  const now = await deps.secrets.get(name, { stage: 'current' });
  if (now?.versionId !== versionId) await deps.secrets.promote(name, versionId, replaceable);
  return { ...credential, place: 'client', versionId };
}
