import { RegistrarFailure } from '../../domain/failure.ts';
import { clientKeysSecretName, clientSecretName, managementSecretName } from '../../domain/ids.ts';
import type { CredentialState, DeleteOutcome, Endpoints, PeerSteps } from '../../domain/ports/activities.ts';
import type { NewOrphan } from '../../domain/ports/ledgers/orphans.ts';
import { explain, type Reason } from '../../domain/reasons/index.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import { HttpGuardError } from '../../protocols/http/httpGuardError.ts';
import type { Refusal } from '../../protocols/oauth/errorAnswer.ts';
import {
  deleteRequest,
  type ManagementContext,
  type ParsedDeletion,
  parseDeleteResponse,
  parseReadResponse,
} from '../../protocols/oauth/management.ts';
import { type ManagementAccess, managementAccesses } from '../credentials/management.ts';
import { secretsOfClient } from '../credentials/secretsInPlay.ts';
import { configOf, type Dependencies } from '../dependencies.ts';
import { prove } from '../proof/prove.ts';
import { managementAudience } from '../servers/audience.ts';
import { reissueManagement } from '../servers/reissue.ts';
import { CountedRequests } from './counted.ts';
import { read } from './ladder.ts';

type RetireArguments = Parameters<PeerSteps['retire']>[0];

/**
 * RFC 7592 section 2.3: deletes the client, then its secrets. A client that cannot be deleted is listed for a person
 * and keeps its secrets: a secret that a server issued is never deleted while its client exists. Repeatable.
 */
export async function retire(deps: Dependencies, argument: RetireArguments): Promise<DeleteOutcome> {
  const requests = new CountedRequests(argument.mostRequests);
  try {
    return await carryOut(deps, argument, requests);
  } catch (error) {
    throw error instanceof RegistrarFailure ? requests.told(error) : error;
  }
}

async function carryOut(
  deps: Dependencies,
  argument: RetireArguments,
  requests: CountedRequests,
): Promise<DeleteOutcome> {
  const config = await configOf(deps, argument.registrationId);
  const { credential, endpoints } = argument;
  if (config.holderRegistrationId !== null) return nothing('RetireShared');
  if (credential === null || endpoints === null) {
    await forgetKeys(deps, config);
    await deps.records.releaseClients(config.registrationId, []);
    return nothing('RetireWithoutClient');
  }
  const { tokenEndpoint } = endpoints;
  if (
    tokenEndpoint !== null &&
    !(await deps.records.holdClient(tokenEndpoint, credential.clientId, config.registrationId))
  )
    return await heldElsewhere(deps, config);
  await refuseWithSharers(deps, config);
  const refused = await deleteClient(deps, config, credential, endpoints, requests);
  const mayBeGone = argument.mayBeDeleted || refused?.saysGone === true;
  if (refused !== null && !(mayBeGone && (await looksDeleted(deps, config, argument)))) {
    await list(deps, config, credential, endpoints, refused.reason);
    await deps.records.releaseClients(config.registrationId, []);
    return { kind: 'listed', reason: refused.reason, message: `${explain(refused.reason)} ${refused.message}` };
  }
  await deps.secrets.remove(clientSecretName(config));
  await deps.secrets.remove(managementSecretName(config));
  await forgetKeys(deps, config);
  await deps.records.releaseClients(config.registrationId, []);
  return { kind: 'deleted', message: explain('RetireDeleted') };
}

/** Nobody is to trust them any more. */
async function forgetKeys(deps: Dependencies, config: RegistrationConfig): Promise<void> {
  await deps.records.retireClientKeys(config.registrationId);
  await deps.secrets.remove(clientKeysSecretName(config));
}

/** It is another registration's client, which would lose it; the secrets go on existing with it. */
async function heldElsewhere(deps: Dependencies, config: RegistrationConfig): Promise<DeleteOutcome> {
  await forgetKeys(deps, config);
  await deps.records.releaseClients(config.registrationId, []);
  const reason = 'ClientHeldElsewhere';
  return { kind: 'none', reason, message: `${explain(reason)} It was not deleted.` };
}

function nothing(reason: 'RetireShared' | 'RetireWithoutClient'): DeleteOutcome {
  return { kind: 'none', reason, message: explain(reason) };
}

/** Nobody joins any more: that it retires was recorded before this. */
async function refuseWithSharers(deps: Dependencies, { registrationId }: RegistrationConfig): Promise<void> {
  const count = await deps.records.countSharers(registrationId);
  if (count === 0) return;
  const message = `${explain('HasSharers')} There are ${count}.`;
  throw new RegistrarFailure({ reason: 'HasSharers', retryClass: 'input', message });
}

interface NotDeleted {
  readonly reason: Reason;
  readonly message: string;
  /** The answer may mean that there is no such client: its credential knows. */
  readonly saysGone?: boolean;
}

/** Null when the client was deleted; otherwise why it was not. */
async function deleteClient(
  deps: Dependencies,
  config: RegistrationConfig,
  credential: CredentialState,
  endpoints: Endpoints,
  requests: CountedRequests,
): Promise<NotDeleted | null> {
  let refusal: NotDeleted = {
    reason: 'RetireNotSupported',
    message: 'No registration access token is stored.',
  };
  let away: RegistrarFailure | null = null;
  const secretsInPlay = await secretsOfClient(deps, config);
  for (const access of await managementAccesses(deps, config, endpoints, credential.clientId)) {
    const context = {
      managementOrigins: managementAudience(endpoints),
      secretsInPlay,
      clientId: credential.clientId,
    };
    const parsed = await deleteWith(deps, access, context, requests);
    if (parsed.kind === 'deleted') return null;
    if (parsed.kind === 'gone') return await unknownThere(deps, access, context, requests);
    if (parsed.status === 401) await deps.records.rejectManagementToken(config.registrationId, access.token.value);
    // Some servers answer 500 to a dead token: the next one may be taken.
    else if (parsed.retryClass === 'transient') {
      away ??= new RegistrarFailure({ ...parsed });
      continue;
    }
    refusal = notDeleted(parsed);
    // Another token helps against a dead one only.
    if (parsed.status !== 401) return refusal;
  }
  const reissued = await reissueManagement(deps, config, endpoints, credential.clientId);
  if (reissued === null && away !== null) throw away;
  if (reissued === null) return refusal;
  if (reissued === 'gone') return null;
  const context = {
    managementOrigins: managementAudience(endpoints),
    secretsInPlay: [...secretsInPlay, reissued.token.value],
    clientId: credential.clientId,
  };
  const parsed = await deleteWith(deps, reissued, context, requests);
  if (parsed.kind === 'deleted') return null;
  if (parsed.kind === 'gone') return await unknownThere(deps, reissued, context, requests);
  if (parsed.retryClass === 'transient') throw new RegistrarFailure({ ...parsed });
  return notDeleted(parsed);
}

/** A 2xx that tells of an error, or shows a page, was no deletion, and may yet be about a client that is not there. */
function notDeleted({ reason, message, status }: Refusal): NotDeleted {
  return { reason, message, saysGone: status >= 200 && status < 300 };
}

/** Also where the whole management was switched off since. */
async function unknownThere(...asked: Parameters<typeof isThere>): Promise<NotDeleted> {
  const reason = 'RetireNotSupported';
  if (await isThere(...asked)) return { reason, message: 'The client can be read and not be deleted.' };
  const message = 'Its management answers as for a client that it does not know, and its credential was not refused.';
  return { reason, message, saysGone: true };
}

/** Servers answer 404 to a method that they do not have at all (oidc-provider does): what can be read is not gone. */
async function isThere(
  deps: Dependencies,
  access: ManagementAccess,
  context: Omit<ManagementContext, 'now'>,
  requests: CountedRequests,
): Promise<boolean> {
  requests.count();
  const answer = await read(deps, access);
  const parsed = parseReadResponse(answer, { ...context, now: deps.clock.now() });
  if (parsed.kind === 'client') return true;
  if (parsed.retryClass === 'transient') throw new RegistrarFailure({ ...parsed });
  return false;
}

async function deleteWith(
  deps: Dependencies,
  access: ManagementAccess,
  context: Omit<ManagementContext, 'now'>,
  requests: CountedRequests,
): Promise<ParsedDeletion> {
  requests.count();
  try {
    const { status, headers, body } = await deps.client.request(deleteRequest(access));
    const now = deps.clock.now();
    return parseDeleteResponse({ status, headers, body, receivedAt: now }, { ...context, now });
  } catch (error) {
    if (!(error instanceof HttpGuardError)) throw error;
    throw new RegistrarFailure({ reason: 'PeerNotAnswering', retryClass: 'transient', message: error.message });
  }
}

/**
 * A deletion whose answer was lost looks like a dead token (401) when it is repeated, and a management that was switched
 * off looks like a client that is not there (404). The client is gone when its
 * secret was removed, which only follows a deletion, or is refused before its end as well. Rejects, to be asked again,
 * while neither can be known: nobody is called for what the server will tell.
 */
async function looksDeleted(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: RetireArguments,
): Promise<boolean> {
  const { registrationId, endpoints, credential } = argument;
  if (endpoints === null || credential === null || !credential.manageable) return false;
  const name = credential.place === 'client' ? clientSecretName(config) : managementSecretName(config);
  if ((await deps.secrets.get(name, { stage: 'current' })) === null) return true;
  if (credential.expiresAt !== null && credential.expiresAt <= deps.clock.now()) return false;
  // What the schedule may present is used up by the control of a first proof; the retirement is somebody's wish. Whether
  // the tokens are taken is known already: no read is sent for that.
  const purpose = 'asked';
  const proof = await prove(deps, {
    registrationId,
    endpoints,
    current: credential,
    pending: null,
    purpose,
    mostReads: 0,
  });
  const { decision, message, putOff } = proof;
  if (putOff !== undefined || (argument.findsOut && decision.reason === 'ProofInconclusive')) {
    const retryAfterSeconds = putOff === undefined ? null : Math.ceil((putOff.until - deps.clock.now()) / 1000);
    throw new RegistrarFailure({ reason: 'ProofInconclusive', retryClass: 'transient', message, retryAfterSeconds });
  }
  return decision.reason === 'CredentialRejected';
}

async function list(
  deps: Dependencies,
  config: RegistrationConfig,
  credential: CredentialState,
  endpoints: Endpoints,
  reason: Reason,
): Promise<void> {
  const journal = await deps.records.managementTokens(config.registrationId);
  // Another client's token would be destroyed where it is shown.
  const token = journal.find(({ clientId }) => clientId === credential.clientId);
  const orphan: NewOrphan = {
    orphanId: `retired/${config.registrationId}/${credential.clientId}`,
    registrationId: config.registrationId,
    tokenEndpoint: endpoints.tokenEndpoint,
    registrationEndpoint: endpoints.registrationEndpoint ?? '',
    clientId: credential.clientId,
    clientName: String(config.metadata['client_name'] ?? ''),
    reason,
    since: deps.clock.now(),
    token: token ?? null,
  };
  await deps.records.addOrphan(orphan, { givenUp: true });
}
