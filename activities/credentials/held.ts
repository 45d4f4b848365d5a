import { credentialFromView } from '../../domain/entity/state.ts';
import { RegistrarFailure } from '../../domain/failure.ts';
import type { CredentialState, Endpoints } from '../../domain/ports/activities.ts';
import { explain } from '../../domain/reasons/index.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import type { Dependencies } from '../dependencies.ts';

/** The credential of a holder, with the configuration that names its secrets. */
export interface Held {
  readonly credential: CredentialState;
  readonly config: RegistrationConfig;
}

/**
 * What a sharer uses: the current credential of its holder, which must be at the same token endpoint, as a client is
 * known at one (DESIGN section 4). Nothing of it can be managed by the sharer. Fails while the holder has none.
 */
export async function heldCredential(
  deps: Dependencies,
  holderRegistrationId: string,
  endpoints: Endpoints,
): Promise<Held> {
  const holder = await deps.records.entityStart(holderRegistrationId);
  const credential = holder?.view == null ? null : credentialFromView(holder.view);
  const ended = holder?.view?.phase === 'retired' || holder?.view?.phase === 'retiring';
  if (holder === null || ended || credential === null || credential.place !== 'client')
    throw failure('HolderNotReady', 'transient', holderRegistrationId);
  if (holder.view?.discovery?.tokenEndpoint !== endpoints.tokenEndpoint)
    throw failure('HolderElsewhere', 'input', holderRegistrationId);
  return { credential: { ...credential, manageable: false }, config: holder.config };
}

function failure(
  reason: 'HolderNotReady' | 'HolderElsewhere',
  retryClass: 'transient' | 'input',
  holder: string,
): RegistrarFailure {
  return new RegistrarFailure({ reason, retryClass, message: `${explain(reason)} The holder is ${holder}.` });
}
