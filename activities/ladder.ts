import { RegistrarFailure } from '../domain/failure.ts';
import type { StoredAnswer } from '../domain/intent.ts';
import type { Failure, RequestOutcome } from '../domain/ports.ts';
import type { RegistrationConfig } from '../domain/records.ts';
import { HttpGuardError } from '../protocols/http/httpGuardError.ts';
import { parseReadResponse, readRequest } from '../protocols/oauth/management.ts';
import { extractManagementToken } from '../protocols/oauth/managementToken.ts';
import { managementAudience } from './audience.ts';
import type { Dependencies } from './dependencies.ts';
import { type ManagementAccess, managementAccesses } from './management.ts';
import { reissueManagement } from './reissue.ts';
import { secretsOfClient } from './secretsInPlay.ts';
import { managementRejected, storeUpdated, type UpdateArguments } from './storeUpdated.ts';

/**
 * The settlement ladder of an update whose effect is not known (DESIGN section 5): reads the client with the stored
 * registration access token, then with older ones, then with one that a configured administrator re-issues. What the server shows is stored as an update's answer would be;
 * a client that did not change means that the update may be made again. Repeatable.
 */
export async function climb(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: UpdateArguments,
  cause: Failure,
): Promise<RequestOutcome> {
  const { endpoints } = argument;
  const { clientId } = argument.current;
  const accesses = await managementAccesses(deps, config, clientId);
  for (const access of accesses) {
    const outcome = await readWith(deps, config, argument, access, cause);
    if (outcome !== null) return outcome;
  }
  const reissued = await reissueManagement(deps, config, endpoints, clientId);
  const tried = `${accesses.length} stored tokens were tried`;
  if (reissued === null) return managementRejected(`${tried}.`);
  if (reissued === 'gone') return managementRejected(`${tried}, and the server's administrator knows no such client.`);
  const outcome = await readWith(deps, config, argument, reissued, cause);
  return outcome ?? managementRejected(`${tried}, and one that the server's administrator re-issued.`);
}

/** Null when the token is refused. */
async function readWith(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: UpdateArguments,
  access: ManagementAccess,
  cause: Failure,
): Promise<RequestOutcome | null> {
  const secretsInPlay = await secretsOfClient(deps, config);
  const answer = await read(deps, access);
  const token = extractManagementToken(answer, {
    audience: access.token.audience,
    clientId: argument.current.clientId,
  });
  // A token that a GET renews is as easily lost as any: kept before the answer is judged.
  if (token !== null) await deps.records.journalManagementToken(config.registrationId, token);
  const parsed = parseReadResponse(answer, {
    now: deps.clock.now(),
    managementOrigins: managementAudience(argument.endpoints),
    askedAuthMethod: argument.current.authMethod,
    secretsInPlay,
    clientId: argument.current.clientId,
  });
  if (parsed.kind === 'client') {
    const outcome = await storeUpdated(deps, config, argument, argument.intentId, {
      ...parsed,
      registrationAccessToken: token?.token ?? access.token.value,
      registrationClientUri: parsed.registrationClientUri ?? access.clientUri,
    });
    return outcome.kind === 'unchanged' ? { kind: 'not-sent', failure: again(cause) } : outcome;
  }
  if (parsed.retryClass === 'transient') throw new RegistrarFailure({ ...parsed });
  return null;
}

async function read(deps: Dependencies, access: ManagementAccess): Promise<StoredAnswer> {
  try {
    const response = await deps.client.request(readRequest({ clientUri: access.clientUri, token: access.token }));
    const { status, headers, body } = response;
    return { status, headers, body, receivedAt: deps.clock.now() };
  } catch (error) {
    if (!(error instanceof HttpGuardError)) throw error;
    throw new RegistrarFailure({ reason: 'PeerNotAnswering', retryClass: 'transient', message: error.message });
  }
}

function again(cause: Failure): Failure {
  return { ...cause, retryClass: 'transient', message: `The client was read and had not changed. ${cause.message}` };
}
