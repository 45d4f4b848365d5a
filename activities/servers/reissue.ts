import { RegistrarFailure } from '../../domain/failure.ts';
import type { ManagementToken } from '../../domain/operations/intent.ts';
import type { CredentialState, Endpoints } from '../../domain/ports/activities.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import { audienceSecret } from '../../protocols/http/audience.ts';
import type { ManagementAccess } from '../credentials/management.ts';
import { storeManagement } from '../credentials/storeManagement.ts';
import type { Dependencies } from '../dependencies.ts';
import { administratorBearer, administratorFor, serverAccessOf } from './access.ts';

/**
 * The rung "re-issue by a configured administrator" of the settlement ladder (DESIGN section 5): a new registration
 * access token of a client, journalled before anything else. Null where no administrator is configured, or the policy
 * says no, or he may not; `gone`: the server knows no such client. Rejects with RegistrarFailure when it cannot be asked
 * now, and where another registration holds the client: the token that is in use there would die.
 */
export async function reissueManagement(
  deps: Dependencies,
  config: RegistrationConfig,
  endpoints: Endpoints,
  clientId: string,
): Promise<(ManagementAccess & { readonly received: ManagementToken }) | 'gone' | null> {
  if (await isHeldElsewhere(deps, config.registrationId, endpoints, clientId)) return null;
  const access = await serverAccessOf(deps, endpoints);
  const administrator = administratorFor(access, endpoints);
  if (administrator === null || access?.policies.reissueManagementTokens !== true) return null;
  try {
    const { keycloak, realm, bearer } = await administratorBearer(deps, administrator);
    const received = await keycloak.reissueManagementToken(realm, bearer, clientId);
    await deps.records.journalManagementToken(config.registrationId, received);
    const { token, clientUri, audience } = received;
    return clientUri === null ? null : { token: audienceSecret(token, audience), clientUri, received };
  } catch (error) {
    if (!(error instanceof RegistrarFailure) || error.retryClass === 'transient') throw error;
    return error.reason === 'ClientUnknown' ? 'gone' : null;
  }
}

async function isHeldElsewhere(
  { records }: Dependencies,
  registrationId: string,
  { tokenEndpoint }: Endpoints,
  clientId: string,
): Promise<boolean> {
  if (tokenEndpoint === null) return false;
  const holder = await records.clientHolder(tokenEndpoint, clientId);
  return holder !== null && holder !== registrationId;
}

/**
 * A registration access token for a client that has none, such as one that was made outside dynamic registration: its
 * credential can then be rotated. Answers the credential as it is afterwards; never fails, it is tried again with the
 * next proof.
 */
export async function becomeManageable(
  deps: Dependencies,
  config: RegistrationConfig,
  endpoints: Endpoints,
  credential: CredentialState,
): Promise<CredentialState> {
  if (credential.manageable) return credential;
  try {
    const reissued = await reissueManagement(deps, config, endpoints, credential.clientId);
    if (reissued === null || reissued === 'gone') return credential;
    const { received, clientUri } = reissued;
    await storeManagement(deps, config, { ...received, clientId: credential.clientId, clientUri, role: 'current' });
    return { ...credential, manageable: true };
  } catch {
    return credential;
  }
}
