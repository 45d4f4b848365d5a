import type { StoredAnswer } from '../../domain/operations/intent.ts';
import { originOf } from '../../protocols/http/publicUrl.ts';
import { extractManagementToken } from '../../protocols/oauth/managementToken.ts';
import type { Dependencies } from '../dependencies.ts';
import { managementAudience } from '../servers/audience.ts';

/**
 * The registration access token of an answer with a client that another registration holds: the holder's own may have
 * died with it. It is journalled for the holder only where it came from an endpoint within the audience that the
 * holder's own approved snapshot gives (DESIGN section 9), and leads nowhere else: whoever shares a token endpoint would
 * otherwise take over the management of every client there.
 */
export async function journalForHolder(
  { records }: Dependencies,
  holderRegistrationId: string,
  endpoint: string,
  answer: StoredAnswer,
  clientId: string,
): Promise<void> {
  const discovery = (await records.entityStart(holderRegistrationId))?.view?.discovery ?? null;
  const audience = discovery === null ? [] : managementAudience(discovery);
  if (!audience.includes(originOf(endpoint))) return;
  const token = extractManagementToken(answer, { audience, clientId });
  if (token !== null) await records.journalManagementToken(holderRegistrationId, token);
}
