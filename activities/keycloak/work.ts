import { RegistrarFailure } from '../../domain/failure.ts';
import type { StoredAnswer } from '../../domain/operations/intent.ts';
import { explain, type Reason } from '../../domain/reasons/index.ts';
import type { KeycloakClientRequest, KeycloakClientResult } from '../../domain/servers/keycloakClients.ts';
import type { GuardedRequest } from '../../protocols/http/client.ts';
import { HttpGuardError } from '../../protocols/http/httpGuardError.ts';
import { guardFailure } from '../../protocols/keycloak/admin.ts';
import type { ClientContext, KeycloakClient, parseClientAnswer } from '../../protocols/keycloak/clientAnswers.ts';
import type { KeycloakRealm } from '../../protocols/keycloak/realm.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Asker } from './asker.ts';
import { storeClient, storeToken } from './storedSecrets.ts';

/** What one request works with. */
export interface Work {
  readonly deps: Dependencies;
  readonly request: KeycloakClientRequest;
  readonly realm: KeycloakRealm;
  readonly asker: Asker;
}

/** Puts away what a client's answer brought, the registration access token first, and tells of the rest. */
export async function stored(
  deps: Dependencies,
  realm: KeycloakRealm,
  request: Pick<KeycloakClientRequest, 'operation' | 'operationId' | 'provider'>,
  client: KeycloakClient,
): Promise<KeycloakClientResult> {
  const { clientId, managementToken, shown, enabled, findings } = client;
  const { operationId } = request;
  const managementRef =
    managementToken === null ? null : await storeToken(deps, realm, clientId, managementToken, operationId);
  const clientRef = await storeClient(deps, realm, client, operationId);
  return { ...resultOf(realm, request, clientId), enabled, client: shown, clientRef, managementRef, findings };
}

/** What is told of a client, before anything is known of it. */
export function resultOf(
  realm: KeycloakRealm,
  { operation, provider }: Pick<KeycloakClientRequest, 'operation' | 'provider'>,
  clientId: string,
): KeycloakClientResult {
  const nothing = { enabled: null, client: null, clientRef: null, managementRef: null, findings: [] };
  return { operation, provider, issuer: realm.issuer, clientId, ...nothing };
}

/** How an answer is to be read. */
export function contextOf(work: Work, operation: ClientContext['operation'], clientId: string | null): ClientContext {
  const { deps, request, realm, asker } = work;
  return {
    realm,
    provider: request.provider,
    operation,
    clientId,
    authorization: asker.authorization,
    asked: request.client,
    now: deps.clock.now(),
    secretsInPlay: asker.secretsInPlay,
  };
}

/** Sends what may be repeated. */
export async function send({ client, clock }: Dependencies, request: GuardedRequest): Promise<StoredAnswer> {
  try {
    const { status, headers, body } = await client.request(request);
    return { status, headers, body, receivedAt: clock.now() };
  } catch (error) {
    throw error instanceof HttpGuardError ? guardFailure(error) : error;
  }
}

export function clientIdOf({ clientId }: KeycloakClientRequest): string {
  if (clientId === null) throw failed('OperationNotPossible', 'The client id is missing.');
  return clientId;
}

/** A refusal of the server as failure, with the sentence and the action of its reason. */
export function refused(parsed: ReturnType<typeof parseClientAnswer>): RegistrarFailure {
  if (parsed.kind !== 'refused') return failed('RegistrationAnswerNotUsable', explain('RegistrationAnswerNotUsable'));
  const { reason, retryClass, status, retryAfterSeconds, message } = parsed;
  return new RegistrarFailure({
    reason,
    retryClass,
    status,
    retryAfterSeconds,
    message: `${explain(reason)} The server said: ${message}`,
  });
}

export function failed(reason: Reason, message: string): RegistrarFailure {
  return new RegistrarFailure({ reason, retryClass: 'input', message });
}
