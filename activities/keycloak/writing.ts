import { mergePatch } from '../../domain/client/metadata.ts';
import { RegistrarFailure } from '../../domain/failure.ts';
import type { Intent, StoredAnswer } from '../../domain/operations/intent.ts';
import { RecordsError } from '../../domain/ports/recordsError.ts';
import { explain, type Reason } from '../../domain/reasons/index.ts';
import type { KeycloakClientRequest, KeycloakClientResult } from '../../domain/servers/keycloakClients.ts';
import type { GuardedRequest } from '../../protocols/http/client.ts';
import { readJsonBody } from '../../protocols/jsonBody.ts';
import { type ClientContext, extractKeycloakToken, parseClientAnswer } from '../../protocols/keycloak/clientAnswers.ts';
import {
  type ClientBody,
  createClientRequest,
  readClientRequest,
  updateClientRequest,
  withoutServerMembers,
} from '../../protocols/keycloak/clients.ts';
import { keycloakRealmOf, providerOf } from '../../protocols/keycloak/realm.ts';
import type { Dependencies } from '../dependencies.ts';
import { type Sent, sendOnce } from '../requests/sendOnce.ts';
import { ledgerSubject } from './names.ts';
import { clientIdOf, contextOf, failed, refused, send, stored, type Work } from './work.ts';

/** Creates or updates a client, once per operation id: the answer is stored before anybody judges it. */
export async function write(work: Work): Promise<KeycloakClientResult> {
  const { deps, request, realm } = work;
  const known = await deps.records.intent(request.operationId);
  if (known !== null && isUnderWay(deps, known)) throw new RegistrarFailure(underWay);
  if (known !== null && known.state !== 'prepared') return await again(deps, known);
  const subject = ledgerSubject(realm, request.clientId ?? request.operationId);
  await settleStale(deps, subject);
  const isCreate = request.operation === 'create';
  const context = contextOf(work, isCreate ? 'create' : 'update', request.clientId);
  const sending = isCreate ? createRequest(work) : await updateRequest(work, context);
  const sent = await sendWritten(deps, request, subject, sending, context);
  if (sent.kind === 'answered') return await absorb(deps, request, sent.intent, sent.answer, context);
  if (sent.kind === 'not-sent') throw new RegistrarFailure({ ...sent.failure });
  return await again(deps, await openIntent(deps, request.operationId));
}

async function sendWritten(
  deps: Dependencies,
  { operation, operationId, clientId, client }: KeycloakClientRequest,
  subject: string,
  request: GuardedRequest,
  context: ClientContext,
): Promise<Sent | { readonly kind: 'unsettled' }> {
  const name = client?.['name'] ?? client?.['client_name'] ?? clientId ?? 'a SAML client';
  try {
    return await sendOnce(deps, {
      intentId: operationId,
      registrationId: subject,
      operationId,
      kind: operation === 'create' ? 'register' : 'update',
      clientName: String(name).slice(0, 200),
      clientId,
      endpoint: request.url,
      request,
      tokenOf: (answer) => extractKeycloakToken(answer, context),
    });
  } catch (error) {
    if (error instanceof RecordsError && error.code === 'open-intent')
      throw failed('OperationNotPossible', 'Another request about this client is under way; try again in a minute.');
    // Sent, and no answer: the database may have been away for a moment, and the answer be in the spool.
    if (!(error instanceof RegistrarFailure)) throw error;
    await deps.drainSpool();
    return { kind: 'unsettled' };
  }
}

async function openIntent(deps: Dependencies, intentId: string): Promise<Intent> {
  const intent = await deps.records.intent(intentId);
  return intent ?? Promise.reject(failed('OperationFailed', 'The request was never prepared.'));
}

function createRequest({ request, realm, asker }: Work): GuardedRequest {
  const { provider, client, descriptor } = request;
  const body: ClientBody = descriptor === null ? { kind: 'json', client: client ?? {} } : { kind: 'xml', descriptor };
  return createClientRequest({ realm, provider, authentication: asker.authentication, body });
}

async function updateRequest(work: Work, context: ClientContext): Promise<GuardedRequest> {
  const { deps, request, realm, asker } = work;
  const clientId = clientIdOf(request);
  const asking = { realm, provider: request.provider, authentication: asker.authentication, clientId };
  if (!request.merge) return updateClientRequest({ ...asking, body: { kind: 'json', client: request.client ?? {} } });
  const answer = await send(deps, readClientRequest(asking));
  const parsed = parseClientAnswer(answer, { ...context, operation: 'get' });
  const body = readJsonBody(answer.body, answer.headers['content-type']);
  if (parsed.kind !== 'client' || body.kind !== 'object') throw refused(parsed);
  const merged = mergePatch(withoutServerMembers(body.value), request.client ?? {}) as Record<string, unknown>;
  return updateClientRequest({ ...asking, body: { kind: 'json', client: merged } });
}

/** Judges a stored answer. Repeatable: version ids come from the operation. */
async function absorb(
  deps: Dependencies,
  request: Pick<KeycloakClientRequest, 'operation' | 'operationId' | 'provider'>,
  intent: Intent,
  answer: StoredAnswer,
  context: ClientContext,
): Promise<KeycloakClientResult> {
  const parsed = parseClientAnswer(answer, context);
  if (parsed.kind === 'client') {
    const result = await stored(deps, context.realm, request, parsed);
    await deps.records.settleIntent(intent.intentId, 'applied', result);
    return result;
  }
  const refusal = refused(parsed);
  if (parsed.kind === 'refused' && parsed.clientMayExist) await list(deps, intent, refusal.reason, answer, context);
  const { reason, retryClass, status, message } = refusal;
  await deps.records.settleIntent(intent.intentId, 'refused', { reason, retryClass, status, message });
  throw refusal;
}

/**
 * Ends a request whose process is gone, or whose answer is: a stored answer is put away, a request that was sent
 * without is listed for a person, one that never left is forgotten. Repeatable.
 */
export async function settleOpen(deps: Dependencies, intent: Intent): Promise<void> {
  try {
    await again(deps, intent);
  } catch (error) {
    // Told to whoever asked; here nobody does.
    if (!(error instanceof RegistrarFailure)) throw error;
  }
}

async function again(deps: Dependencies, intent: Intent): Promise<KeycloakClientResult> {
  const realm = keycloakRealmOf(intent.endpoint);
  const provider = providerOf(intent.endpoint);
  if (realm === null || provider === null) throw failed('OperationFailed', 'The request is not one to Keycloak.');
  const { intentId, clientId } = intent;
  const operation = intent.kind === 'register' ? 'create' : 'update';
  const context: ClientContext = {
    realm,
    provider,
    operation,
    clientId,
    authorization: 'account',
    asked: null,
    now: deps.clock.now(),
    secretsInPlay: [],
  };
  switch (intent.state) {
    case 'settled':
      return resultOrFailure(intent);
    case 'prepared':
      await deps.records.settleIntent(intentId, 'not-sent', notSent);
      throw new RegistrarFailure(notSent);
    case 'answered': {
      const answer = await deps.records.readAnswer(intentId);
      if (answer === null) return resultOrFailure(await openIntent(deps, intentId));
      return await absorb(deps, { operation, operationId: intentId, provider }, intent, answer, context);
    }
    case 'sending':
      return await giveUp(deps, intent, context);
  }
}

/** Another process may still wait for the answer. */
function isUnderWay({ clock, requestStep }: Dependencies, { state, sendingAt }: Intent): boolean {
  return state === 'sending' && (sendingAt ?? 0) + requestStep > clock.now();
}

const underWay = {
  reason: 'PeerNotAnswering',
  retryClass: 'transient',
  status: null,
  message: 'The same request is under way; ask again in a minute.',
} as const;

const notSent = {
  reason: 'PeerNotAnswering',
  retryClass: 'transient',
  status: null,
  message: 'The request was never sent.',
} as const;

async function giveUp(deps: Dependencies, intent: Intent, context: ClientContext): Promise<never> {
  const reason: Reason = 'KeycloakRequestUnanswered';
  await list(deps, intent, reason, null, context);
  const failure = { reason, retryClass: 'input', status: null, message: explain(reason) } as const;
  await deps.records.settleIntent(intent.intentId, 'unanswered', failure);
  throw new RegistrarFailure(failure);
}

function resultOrFailure({ settlement, outcome }: Intent): KeycloakClientResult {
  if (settlement === 'applied') return outcome as KeycloakClientResult;
  throw new RegistrarFailure(outcome as ConstructorParameters<typeof RegistrarFailure>[0]);
}

/** Lists what was sent: a client may exist, or have changed, without anybody holding its token. */
async function list(
  deps: Dependencies,
  intent: Intent,
  reason: Reason,
  answer: StoredAnswer | null,
  context: ClientContext,
): Promise<void> {
  const token = answer === null ? null : extractKeycloakToken(answer, context);
  await deps.records.addOrphan({
    orphanId: intent.intentId,
    registrationId: intent.registrationId,
    tokenEndpoint: context.realm.tokenEndpoint,
    registrationEndpoint: intent.endpoint,
    clientId: token?.clientId ?? intent.clientId,
    clientName: intent.clientName,
    reason,
    since: intent.sendingAt ?? deps.clock.now(),
    token,
  });
}

/** Requests about the same client whose process is gone would stand in the way. */
async function settleStale(deps: Dependencies, subject: string): Promise<void> {
  const before = deps.clock.now() - 2 * deps.requestStep;
  for (const intent of await deps.records.openIntents({ prefix: subject, before, limit: 10 }))
    await settleOpen(deps, intent);
}
