import type { ConflictOutcome, CredentialState, PeerSteps, StoreConflict } from '../../domain/ports/activities.ts';
import { SecretStoreError } from '../../domain/ports/secretStore.ts';
import { explain } from '../../domain/reasons/index.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import { configOf, type Dependencies } from '../dependencies.ts';
import { takePlace } from './prove.ts';
import { conflictOf, readByConsumers, tellConflict } from './storeConflict.ts';
import { readStored, type Stored } from './stored.ts';
import { Verification } from './verification.ts';

type Argument = Parameters<PeerSteps['settleConflict']>[0];

/**
 * Carries out what a person chose after `SecretStoreConflict` (DESIGN section 6): nothing that the token endpoint refuses,
 * and nothing where consumers read another version than the person was shown. Repeatable.
 */
export async function settleConflict(deps: Dependencies, argument: Argument): Promise<ConflictOutcome> {
  const config = await configOf(deps, argument.registrationId);
  const read = await readByConsumers(deps, config, argument.current);
  return argument.choice === 'acceptCurrent'
    ? await acceptCurrent(deps, config, argument, read)
    : await overwrite(deps, config, argument, read);
}

/** What consumers read is right. Where that is the known version again, there is nothing left to choose. */
async function acceptCurrent(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: Argument,
  read: Stored | null,
): Promise<ConflictOutcome> {
  const { current, conflict } = argument;
  if (read !== null && read.credential.versionId !== conflict.stored) return changed(read, argument);
  const stored = read ?? (await readStored(deps, config, current));
  const { client_id: clientId } = stored.secret;
  if (clientId !== current.clientId) return anotherClient(clientId, current);
  const judged = await judge(deps, config, argument, stored);
  if (judged.kind === 'refused') return judged;
  return { ...judged, current: provedNow(deps, stored.credential, judged.proved) };
}

/** Our version is right: it takes the place of the one that was shown, by compare-and-swap. */
async function overwrite(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: Argument,
  read: Stored | null,
): Promise<ConflictOutcome> {
  const { current, pending, conflict, endpoints } = argument;
  const ours = pending ?? current;
  const readNow = read?.credential.versionId ?? current.versionId;
  if (read !== null && readNow !== conflict.stored && readNow !== ours.versionId) return changed(read, argument);
  const stored = await readStored(deps, config, ours);
  const judged = await judge(deps, config, argument, stored);
  if (judged.kind === 'refused') return judged;
  try {
    const promoted = await takePlace(deps, config, endpoints, stored, { current, replaceable: readNow });
    return { ...judged, current: provedNow(deps, promoted, judged.proved) };
  } catch (error) {
    if (!(error instanceof SecretStoreError) || error.code !== 'conflict') throw error;
    const third = await readByConsumers(deps, config, current);
    if (third === null) throw error;
    return changed(third, argument);
  }
}

type Judged =
  | { readonly kind: 'settled'; readonly proved: boolean; readonly message: string }
  | (ConflictOutcome & { readonly kind: 'refused' });

/** Who cannot be told from others by the token endpoint is believed; who is refused there is not. */
async function judge(
  deps: Dependencies,
  config: RegistrationConfig,
  { endpoints }: Argument,
  stored: Stored,
): Promise<Judged> {
  if (stored.credential.authMethod === 'private_key_jwt' && stored.secret.private_key_jwk === undefined)
    return { kind: 'settled', proved: false, message: explain('KeyHeldElsewhere') };
  const verification = new Verification(deps, { config, endpoints, purpose: 'asked' });
  const { verdict, message, putOff } = await verification.probe(stored);
  if (putOff !== undefined) return { kind: 'refused', reason: 'ProofInconclusive', message };
  if (verdict === 'rejected')
    return {
      kind: 'refused',
      reason: 'CredentialRejected',
      message: `Version ${stored.credential.versionId} is refused by the token endpoint, so it is not made current. ${message}`,
    };
  return { kind: 'settled', proved: verdict === 'good', message };
}

function provedNow({ clock }: Dependencies, credential: CredentialState, proved: boolean): CredentialState {
  return { ...credential, provedAt: proved ? clock.now() : null };
}

function changed(read: Stored, { current, pending }: Argument): ConflictOutcome {
  const conflict: StoreConflict = conflictOf(read, current);
  const said = 'That is another one than was shown; nothing was changed.';
  return { kind: 'refused', reason: 'SecretStoreConflict', message: tellConflict(conflict, pending, said), conflict };
}

/** Its registration access token, its claim and its scopes are not those of the client in use. */
function anotherClient(clientId: string, current: CredentialState): ConflictOutcome {
  return {
    kind: 'refused',
    reason: 'SecretStoreConflict',
    message: `What applications read is of client ${clientId}, not of ${current.clientId}. Supply the credential of that client; overwrite then makes what was supplied current.`,
  };
}
