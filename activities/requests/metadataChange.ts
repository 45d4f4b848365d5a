import { judgeRegistrationAnswer } from '../../domain/client/answer.ts';
import { type AppliedMembers, changedApplied } from '../../domain/client/applied.ts';
import { requestedMetadata, requestedScopes } from '../../domain/client/requested.ts';
import { changedMembers, showsUpdate } from '../../domain/client/rollout.ts';
import { RegistrarFailure } from '../../domain/failure.ts';
import type { MetadataTarget } from '../../domain/operations/intent.ts';
import type {
  AppliedMetadata,
  CredentialState,
  MetadataPlan,
  OwnActivities,
  RequestArguments,
} from '../../domain/ports/activities.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import type { ClientInformation } from '../../protocols/oauth/clientInformation.ts';
import type { Dependencies } from '../dependencies.ts';

type UpdateContext = RequestArguments & { readonly current: CredentialState };

/** An update that changes metadata: what the client has, and what it is to have. */
export interface Change {
  readonly target: MetadataTarget;
  readonly before: RegistrationConfig;
  readonly wanted: RegistrationConfig;
}

/** What a change of metadata would change. Reads only. */
export async function planMetadata(
  { records }: Pick<Dependencies, 'records'>,
  { registrationId, revision, applied, authMethod }: Parameters<OwnActivities['planMetadata']>[0],
): Promise<MetadataPlan> {
  const wanted = await records.config(registrationId, { revision, ownRevision: null });
  if (wanted === null || authMethod === null) return { wanted, members: [] };
  const has = applied === null ? null : await records.config(registrationId, applied);
  return { wanted, members: changedMembers(has, wanted, authMethod) };
}

/** The change of an update; null = it sends what the client has. */
export async function changeOf(
  { records }: Pick<Dependencies, 'records'>,
  before: RegistrationConfig,
  target: MetadataTarget | null | undefined,
): Promise<Change | null> {
  if (target == null) return null;
  const wanted = await records.config(before.registrationId, target);
  if (wanted !== null) return { target, before, wanted };
  throw new RegistrarFailure({
    reason: 'OperationFailed',
    retryClass: 'input',
    message: `There is no revision ${target.revision} of the application or ${target.ownRevision} of the registration.`,
  });
}

/** What an update sends; null: it is not known what the client has, so that nothing may be sent. */
export function membersToSend(
  change: Change | null,
  { endpoints, current }: UpdateContext,
  known: AppliedMembers | null,
): AppliedMembers | null {
  if (change === null) return known;
  const { before, wanted } = change;
  const isSupplied = current.supplied === true;
  const asked = requestedMetadata(wanted, endpoints, current.authMethod);
  if (known === null) return isSupplied ? null : asked;
  return changedApplied(known, asked, changedMembers(before, wanted, current.authMethod), isSupplied);
}

/** Whether a client that was read shows that the update was carried out. */
export function carriedOut(
  { before, wanted }: Change,
  { endpoints, current }: UpdateContext,
  { metadata }: ClientInformation,
): boolean {
  const sent = (config: RegistrationConfig) => requestedMetadata(config, endpoints, current.authMethod);
  return showsUpdate(metadata, sent(before), sent(wanted));
}

/** Judges what the server shows after a change; null members are not shown, and believed as asked. */
export function judgeChange(
  { wanted }: Change,
  { endpoints, current }: UpdateContext,
  shown: Pick<ClientInformation, 'redirectUris' | 'scope'>,
): Pick<AppliedMetadata, 'conditions' | 'scopes'> & { document: { redirect_uris: string[]; scope: string } } {
  const asked = requestedMetadata(wanted, endpoints, current.authMethod);
  const judged = judgeRegistrationAnswer({
    asked,
    registered: { redirectUris: shown.redirectUris, scopes: shown.scope },
    negotiated: requestedScopes(wanted, endpoints),
    offer: endpoints,
  });
  return {
    ...judged,
    document: {
      redirect_uris: [...(shown.redirectUris ?? (asked['redirect_uris'] as string[]))],
      scope: shown.scope?.join(' ') ?? String(asked['scope'] ?? ''),
    },
  };
}
