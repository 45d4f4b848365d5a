import type { Endpoints, RequestOutcome } from '../../domain/ports/activities.ts';
import { explain } from '../../domain/reasons/index.ts';
import { safeText } from '../../domain/text/redaction.ts';
import type { Dependencies } from '../dependencies.ts';

/**
 * Why nothing may be done to a client: another registration holds it (DESIGN section 5). Null: this one does, from now on
 * where nobody did.
 */
export async function heldByAnother(
  { records }: Pick<Dependencies, 'records'>,
  registrationId: string,
  { tokenEndpoint }: Pick<Endpoints, 'tokenEndpoint'>,
  clientId: string,
): Promise<Extract<RequestOutcome, { kind: 'held-elsewhere' }> | null> {
  if (tokenEndpoint === null || (await records.holdClient(tokenEndpoint, clientId, registrationId))) return null;
  return heldElsewhere(clientId, (await records.clientHolder(tokenEndpoint, clientId)) ?? '', null);
}

/**
 * No text names the holder: who sees a registration may not see the other one (DESIGN section 7).
 *
 * @param status of the answer that told; null = our own records did.
 */
export function heldElsewhere(
  clientId: string,
  holderRegistrationId: string,
  status: number | null,
): Extract<RequestOutcome, { kind: 'held-elsewhere' }> {
  const reason = 'ClientHeldElsewhere';
  const message = `${explain(reason)} It is ${safeText(clientId, [])}; the holder's client can be shared (shareWith).`;
  return {
    kind: 'held-elsewhere',
    clientId,
    holderRegistrationId,
    failure: { reason, retryClass: 'input', status, retryAfterSeconds: null, message },
  };
}
