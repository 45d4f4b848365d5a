import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { RegistrarFailure } from '../../../domain/failure.ts';
import type {
  KeycloakAuthentication,
  KeycloakClientRequest,
  KeycloakOperation,
} from '../../../domain/servers/keycloakClients.ts';
import { keycloakRealmOf } from '../../../protocols/keycloak/realm.ts';
import { once } from '../../callers/idempotency.ts';
import type { ApiDependencies } from '../../dependencies.ts';
import { fault, refuseFaults } from '../../problems/faults.ts';
import { ProblemError } from '../../problems/problem.ts';
import { malformedUrls, refusedUrls } from '../../requests/peerUrls.ts';
import { contract } from '../../schemas/contract.ts';
import {
  createClientBody,
  getClientBody,
  keycloakClientView,
  namedClientBody,
  updateClientBody,
} from '../../schemas/servers/keycloak.ts';

/** What the bodies of the routes have in common. */
interface Asked {
  readonly realmUrl: string;
  readonly provider: KeycloakClientRequest['provider'];
  readonly clientId?: string | undefined;
  readonly client?: Readonly<Record<string, unknown>> | undefined;
  readonly descriptor?: string | undefined;
  readonly merge?: boolean | undefined;
  readonly authentication: KeycloakAuthentication;
}

/** Clients of Keycloak realms that are kept by hand, through Keycloak's four client registration providers. */
export const keycloakRoutes: FastifyPluginAsyncZod<{ dependencies: ApiDependencies }> = async (
  app,
  { dependencies },
) => {
  function carryOut(request: FastifyRequest, reply: FastifyReply, operation: KeycloakOperation, asked: Asked) {
    return once(dependencies, request, reply, async ({ operationId }) => {
      await judgeRealm(dependencies, asked.realmUrl);
      try {
        const body = await dependencies.keycloak.carryOut(requestOf(operation, operationId, asked));
        return { status: operation === 'create' ? 201 : 200, body };
      } catch (error) {
        throw error instanceof RegistrarFailure ? problemOf(error) : error;
      }
    });
  }

  app.post('/v1/keycloak/clients/create', {
    ...parts('createKeycloakClient', 'Registers a client in a Keycloak realm', createClientBody, 201),
    handler: (request, reply) => carryOut(request, reply, 'create', request.body),
  });
  app.post('/v1/keycloak/clients/get', {
    ...parts(
      'getKeycloakClient',
      'Reads a client of a Keycloak realm; what is secret goes to the secret store',
      getClientBody,
    ),
    handler: (request, reply) => carryOut(request, reply, 'get', request.body),
  });
  app.post('/v1/keycloak/clients/update', {
    ...parts('updateKeycloakClient', 'Changes a client of a Keycloak realm', updateClientBody),
    handler: (request, reply) => carryOut(request, reply, 'update', request.body),
  });
  app.post('/v1/keycloak/clients/delete', {
    ...parts('deleteKeycloakClient', 'Deletes a client of a Keycloak realm, and its stored secrets', namedClientBody),
    handler: (request, reply) => carryOut(request, reply, 'delete', request.body),
  });
  app.post('/v1/keycloak/clients/update-token', {
    ...parts('updateKeycloakToken', 'Gets a new registration access token of a client', namedClientBody),
    handler: (request, reply) => carryOut(request, reply, 'update-token', request.body),
  });
};

function parts<Body extends z.ZodType>(operationId: string, summary: string, body: Body, status: 200 | 201 = 200) {
  return contract({
    operationId,
    summary,
    tag: 'Keycloak',
    // A realm belongs to no tenant: whoever reaches one reaches all that it serves.
    access: { role: 'administrator', unbounded: 'everything' },
    body,
    answers: { [status]: keycloakClientView },
    problems: [409, 502],
    idempotent: true,
    document: true,
  });
}

async function judgeRealm({ checkUrl }: ApiDependencies, url: string): Promise<void> {
  const urls = [{ pointer: '/realmUrl', url, kind: 'base' }] as const;
  refuseFaults(malformedUrls(urls));
  refuseFaults(await refusedUrls(checkUrl, urls));
  if (keycloakRealmOf(url) === null)
    refuseFaults([
      fault(
        'validation-failed',
        '/realmUrl',
        'must be the issuer of a Keycloak realm, such as https://id.example.org/realms/smart',
      ),
    ]);
}

function requestOf(operation: KeycloakOperation, operationId: string, asked: Asked): KeycloakClientRequest {
  const { realmUrl, provider, authentication, client = null, descriptor = null, merge = false } = asked;
  const named = operation === 'create' ? client?.[provider === 'default' ? 'clientId' : ''] : asked.clientId;
  const clientId = typeof named === 'string' ? named : null;
  return { operation, operationId, realmUrl, provider, clientId, client, descriptor, merge, authentication };
}

function problemOf({ reason, message }: RegistrarFailure): ProblemError {
  switch (reason) {
    case 'AddressNotAllowed':
      return new ProblemError('address-not-allowed', message, { reason, errors: [{ pointer: '/realmUrl', message }] });
    case 'PeerNotAnswering':
    case 'KeycloakRequestUnanswered':
      return new ProblemError('peer-unavailable', message, { reason });
    case 'SecretStoreUnavailable':
      return new ProblemError('unavailable', message, { reason, headers: { 'retry-after': '5' } });
    case 'OperationNotPossible':
      return new ProblemError('operation-refused', message, { reason });
    default:
      return new ProblemError('peer-refused', message, { reason });
  }
}
