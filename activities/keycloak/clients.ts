import { RegistrarFailure } from '../../domain/failure.ts';
import type { ManagementToken, StoredAnswer } from '../../domain/operations/intent.ts';
import { SecretStoreError } from '../../domain/ports/secretStore.ts';
import type {
  KeycloakClientRequest,
  KeycloakClientResult,
  KeycloakClients,
} from '../../domain/servers/keycloakClients.ts';
import { createKeycloakAdministrator } from '../../protocols/keycloak/admin.ts';
import { extractKeycloakToken, parseClientAnswer } from '../../protocols/keycloak/clientAnswers.ts';
import { deleteClientRequest, readClientRequest } from '../../protocols/keycloak/clients.ts';
import { type KeycloakRealm, keycloakRealmOf } from '../../protocols/keycloak/realm.ts';
import type { Dependencies } from '../dependencies.ts';
import { askerOf } from './asker.ts';
import { ledgerPrefix, ledgerSubject } from './names.ts';
import { removeSecrets, storeToken } from './storedSecrets.ts';
import { clientIdOf, contextOf, failed, refused, resultOf, send, stored, type Work } from './work.ts';
import { settleOpen, write } from './writing.ts';

/** Most requests of dead processes that one round settles. */
const mostAbandoned = 100;

/** Clients of Keycloak realms beside the registrations (see `domain/servers/keycloakClients.ts`). */
export function createKeycloakClients(deps: Dependencies): KeycloakClients {
  return {
    async carryOut(request) {
      const realm = keycloakRealmOf(request.realmUrl);
      if (realm === null) throw failed('OperationNotPossible', 'The URL is that of no Keycloak realm.');
      try {
        const asker = await askerOf(deps, realm, request);
        return await operations[request.operation]({ deps, request, realm, asker });
      } catch (error) {
        throw error instanceof SecretStoreError ? storeFailure(error) : error;
      }
    },

    async settleAbandoned() {
      await deps.drainSpool();
      const before = deps.clock.now() - 2 * deps.requestStep;
      const open = await deps.records.openIntents({ prefix: ledgerPrefix, before, limit: mostAbandoned });
      for (const intent of open) await settleOpen(deps, intent);
      return open.length;
    },
  };
}

const operations: Readonly<Record<KeycloakClientRequest['operation'], (work: Work) => Promise<KeycloakClientResult>>> =
  {
    create: write,
    update: write,
    get: read,
    delete: remove,
    'update-token': renewToken,
  };

async function read(work: Work): Promise<KeycloakClientResult> {
  const { deps, request, realm, asker } = work;
  const clientId = clientIdOf(request);
  const asking = { realm, provider: request.provider, authentication: asker.authentication, clientId };
  const answer = await send(deps, readClientRequest(asking));
  const context = contextOf(work, 'get', clientId);
  const token = extractKeycloakToken(answer, context);
  if (token !== null) await deps.records.journalManagementToken(ledgerSubject(realm, clientId), token);
  const parsed = parseClientAnswer(answer, context);
  if (parsed.kind !== 'client') throw refused(parsed);
  // A token that was handed in and that works is worth keeping.
  const given = asker.givenToken === null ? null : tokenOf(realm, clientId, asker.givenToken, answer);
  return await stored(deps, realm, request, { ...parsed, managementToken: parsed.managementToken ?? given });
}

function tokenOf(realm: KeycloakRealm, clientId: string, token: string, answer: StoredAnswer): ManagementToken {
  return { token, clientUri: null, clientId, audience: [realm.origin], receivedAt: answer.receivedAt };
}

async function remove(work: Work): Promise<KeycloakClientResult> {
  const { deps, request, realm, asker } = work;
  const clientId = clientIdOf(request);
  const asking = { realm, provider: request.provider, authentication: asker.authentication, clientId };
  const parsed = parseClientAnswer(await send(deps, deleteClientRequest(asking)), contextOf(work, 'delete', clientId));
  if (parsed.kind !== 'deleted') throw refused(parsed);
  await removeSecrets(deps, realm, clientId);
  return { ...resultOf(realm, request, clientId), enabled: null };
}

/** By an account: re-issued for whatever client. By the client's own token: an update of nothing brings the next one. */
async function renewToken(work: Work): Promise<KeycloakClientResult> {
  const { deps, request, realm, asker } = work;
  if (asker.bearer === null) {
    if (asker.authorization !== 'registration-access-token')
      throw failed('OperationNotPossible', 'A new token needs an account of the realm, or the present token.');
    return await write({ ...work, request: { ...request, operation: 'update', client: {}, merge: true } });
  }
  const clientId = clientIdOf(request);
  const administrator = createKeycloakAdministrator(deps);
  const token = await administrator.reissueManagementToken(realm, asker.bearer, clientId);
  await deps.records.journalManagementToken(ledgerSubject(realm, clientId), token);
  const managementRef = await storeToken(deps, realm, clientId, token, request.operationId);
  const found = await administrator.findClient(realm, asker.bearer, clientId);
  return { ...resultOf(realm, request, clientId), enabled: found?.enabled ?? null, managementRef };
}

function storeFailure({ code, message }: SecretStoreError): RegistrarFailure {
  if (code === 'unavailable')
    return new RegistrarFailure({ reason: 'SecretStoreUnavailable', retryClass: 'transient', message });
  return failed(code === 'conflict' ? 'SecretStoreConflict' : 'SecretStoreRefused', message);
}
