import { RegistrarFailure } from '../../domain/failure.ts';
import type { CredentialState, Endpoints } from '../../domain/ports/activities.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import { HttpGuardError } from '../../protocols/http/httpGuardError.ts';
import { parseReadResponse, readRequest } from '../../protocols/oauth/management.ts';
import { extractManagementToken } from '../../protocols/oauth/managementToken.ts';
import { managementAccesses } from '../credentials/management.ts';
import { secretsOfClient } from '../credentials/secretsInPlay.ts';
import type { Dependencies } from '../dependencies.ts';
import { managementAudience } from '../servers/audience.ts';

/**
 * Whether the server refuses every registration access token of a client (RFC 7592 section 2.1): with a rejected
 * secret that means that the client was disabled or deleted; the two look alike (FACTS section 5). False when one of
 * them is taken, or the server does not tell, or no more may be sent. Repeatable.
 */
export async function looksGone(
  deps: Dependencies,
  config: RegistrationConfig,
  endpoints: Endpoints,
  credential: CredentialState,
  mostReads = Number.POSITIVE_INFINITY,
): Promise<{ readonly gone: boolean; readonly reads: number }> {
  let reads = 0;
  const told = (gone: boolean) => ({ gone, reads });
  if (!credential.manageable) return told(false);
  const accesses = await managementAccesses(deps, config, endpoints, credential.clientId);
  const secretsInPlay = await secretsOfClient(deps, config);
  for (const access of accesses) {
    if (reads >= mostReads) return told(false);
    reads += 1;
    let response: Awaited<ReturnType<typeof deps.client.request>>;
    try {
      response = await deps.client.request(readRequest({ clientUri: access.clientUri, token: access.token }));
    } catch (error) {
      if (error instanceof HttpGuardError || error instanceof RegistrarFailure) return told(false);
      throw error;
    }
    const { status, headers, body } = response;
    const now = deps.clock.now();
    const answer = { status, headers, body, receivedAt: now };
    const { clientId } = credential;
    const token = extractManagementToken(answer, { audience: access.token.audience, clientId });
    // A token that a read renews is as easily lost as any.
    if (token !== null) await deps.records.journalManagementToken(config.registrationId, token);
    const parsed = parseReadResponse(answer, {
      now,
      managementOrigins: managementAudience(endpoints),
      askedAuthMethod: credential.authMethod,
      secretsInPlay,
      clientId,
    });
    if (parsed.kind === 'client' || parsed.status !== 401) return told(false);
  }
  return told(accesses.length > 0);
}
