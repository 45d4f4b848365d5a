import { requestedMetadata } from '../../domain/client/requested.ts';
import { RegistrarFailure } from '../../domain/failure.ts';
import type { StoredAnswer } from '../../domain/operations/intent.ts';
import type { Failure, RequestOutcome } from '../../domain/ports/activities.ts';
import { explain } from '../../domain/reasons/index.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import { HttpGuardError } from '../../protocols/http/httpGuardError.ts';
import { parseReadResponse, readRequest } from '../../protocols/oauth/management.ts';
import { extractManagementToken } from '../../protocols/oauth/managementToken.ts';
import { type ManagementAccess, managementAccesses } from '../credentials/management.ts';
import { secretsOfClient } from '../credentials/secretsInPlay.ts';
import type { Dependencies } from '../dependencies.ts';
import { managementAudience } from '../servers/audience.ts';
import { reissueManagement } from '../servers/reissue.ts';
import { candidateCounts } from './candidate.ts';
import { type Change, carriedOut } from './metadataChange.ts';
import { answerOf } from './sendOnce.ts';
import { showing, shownByRead } from './shownClient.ts';
import { managementRejected, storeUpdated, type UpdateArguments } from './storeUpdated.ts';

/**
 * The settlement ladder of an update whose effect is not known (DESIGN section 5): reads the client with the stored
 * registration access token, then with older ones, then with one that a configured administrator re-issues. What the
 * server shows is stored as an update's answer would be; a client that did not change means that the update may be made
 * again. Repeatable.
 *
 * @param change that the update was for, if any.
 */
export async function climb(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: UpdateArguments,
  cause: Failure,
  change: Change | null,
): Promise<RequestOutcome> {
  const { endpoints, mostReads = Number.POSITIVE_INFINITY } = argument;
  const { clientId } = argument.current;
  let reads = 0;
  const rung = async (access: ManagementAccess) => {
    if (reads >= mostReads) throw paced(reads);
    reads += 1;
    return await readWith(deps, config, argument, access, cause, change);
  };
  const accesses = await managementAccesses(deps, config, endpoints, clientId);
  let away: RegistrarFailure | null = null;
  for (const access of accesses) {
    const outcome = await rung(access);
    // Some servers answer 500 to a dead token (Keycloak 26.6 does): the next one may be taken.
    if (outcome instanceof RegistrarFailure) away ??= outcome;
    else if (outcome !== null) return { ...outcome, reads };
  }
  const reissued = await reissueManagement(deps, config, endpoints, clientId);
  const tried = `${accesses.length} stored tokens were tried`;
  if (reissued === null && away !== null) throw after(away, reads);
  if (reissued === null) return { ...managementRejected(`${tried}.`), reads };
  if (reissued === 'gone')
    return { ...managementRejected(`${tried}, and the server's administrator knows no such client.`), reads };
  const outcome = await rung(reissued);
  if (outcome instanceof RegistrarFailure) throw after(outcome, reads);
  return { ...(outcome ?? managementRejected(`${tried}, and one that the server's administrator re-issued.`)), reads };
}

/** The ceiling of requests: the ladder is climbed again when it can be paid for. */
function paced(reads: number): RegistrarFailure {
  const reason = 'RotationPaced';
  return new RegistrarFailure({ reason, retryClass: 'transient', message: explain(reason), reads });
}

function after({ reason, retryClass, message, status, retryAfterSeconds }: RegistrarFailure, reads: number) {
  return new RegistrarFailure({ reason, retryClass, message, status, retryAfterSeconds, reads });
}

/** Null when the token is refused; a failure when the server is away for another reason than it. */
async function readWith(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: UpdateArguments,
  access: ManagementAccess,
  cause: Failure,
  change: Change | null,
): Promise<RequestOutcome | RegistrarFailure | null> {
  const secretsInPlay = await secretsOfClient(deps, config);
  const answer = await readOrAway(deps, access);
  if (answer instanceof RegistrarFailure) return answer;
  const token = extractManagementToken(answer, {
    audience: access.token.audience,
    clientId: argument.current.clientId,
  });
  // A token that a GET renews is as easily lost as any: kept before the answer is judged.
  if (token !== null) await deps.records.journalManagementToken(config.registrationId, token);
  if (answer.status === 401) await deps.records.rejectManagementToken(config.registrationId, access.token.value);
  const parsed = parseReadResponse(answer, {
    now: deps.clock.now(),
    managementOrigins: managementAudience(argument.endpoints),
    askedAuthMethod: argument.current.authMethod,
    secretsInPlay,
    clientId: argument.current.clientId,
  });
  if (parsed.kind === 'client') {
    const counts = await candidateCounts(deps, config, argument, answer, parsed);
    const shown = {
      ...parsed,
      clientSecret: counts ? parsed.clientSecret : null,
      registrationAccessToken: token?.token ?? access.token.value,
      registrationClientUri: parsed.registrationClientUri ?? access.clientUri,
    };
    const done = change !== null && carriedOut(change, argument, parsed) ? change : null;
    const stored = await storeUpdated(deps, config, argument, argument.intentId, shown, done);
    const asked = requestedMetadata(config, argument.endpoints, argument.current.authMethod);
    const known = argument.known?.metadata ?? null;
    const judged = { clientId: argument.current.clientId, at: answer.receivedAt, sent: known, shown: parsed };
    const { client } = shownByRead({ ...judged, secrets: secretsInPlay }, asked);
    const outcome = showing(stored, { ...client, differs: [] });
    if (outcome.kind !== 'unchanged' || done !== null) return outcome;
    return onlyReads(cause) ? notSupported(cause) : { kind: 'not-sent', failure: again(cause) };
  }
  return parsed.retryClass === 'transient' ? new RegistrarFailure({ ...parsed }) : null;
}

async function readOrAway(deps: Dependencies, access: ManagementAccess): Promise<StoredAnswer | RegistrarFailure> {
  try {
    return await read(deps, access);
  } catch (error) {
    if (error instanceof RegistrarFailure) return error;
    throw error;
  }
}

/** Reads a client (RFC 7592 section 2.1). Rejects when the server does not answer. */
export async function read(deps: Dependencies, access: ManagementAccess): Promise<StoredAnswer> {
  try {
    // A read may renew the token: its answer is kept as it comes.
    const request = readRequest({ clientUri: access.clientUri, token: access.token });
    const response = await deps.client.request({ ...request, keepWhatever: true });
    return answerOf(response, deps.clock.now());
  } catch (error) {
    if (!(error instanceof HttpGuardError)) throw error;
    throw new RegistrarFailure({ reason: 'PeerNotAnswering', retryClass: 'transient', message: error.message });
  }
}

/** The server does not know the address of a client that it shows under the same one. */
function onlyReads({ status }: Failure): boolean {
  return status === 404 || status === 410;
}

function notSupported({ status, message }: Failure): RequestOutcome {
  const failure: Failure = {
    reason: 'RotationNotSupported',
    retryClass: 'input',
    status,
    retryAfterSeconds: null,
    message: `The client can be read and not be changed. ${message}`,
  };
  return { kind: 'refused', failure };
}

function again(cause: Failure): Failure {
  return { ...cause, retryClass: 'transient', message: `The client was read and had not changed. ${cause.message}` };
}
