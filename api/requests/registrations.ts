import { formatRegistrationId, maxRegistrationIdLength, parseRegistrationId } from '../../domain/ids.ts';
import type { NewRegistration } from '../../domain/ports/registrations/newRegistration.ts';
import { availableMethods, type Method } from '../../domain/words.ts';
import { type Caller, requireRole, within } from '../callers/caller.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { type Fault, fault, refuseFaults } from '../problems/faults.ts';
import type { RegistrationRequest } from '../schemas/tenant.ts';
import { refusedHeaders } from './discoveryHeaders.ts';
import { malformedUrls, type PeerUrl, refusedUrls } from './peerUrls.ts';

/**
 * Judges the meaning of requested registrations, without effect: what their schema cannot say. Rejects with a problem
 * that lists every fault, of the kind of the first.
 */
export async function judgeRegistrations(
  { checkUrl, discovery, records }: Pick<ApiDependencies, 'checkUrl' | 'discovery' | 'records'>,
  caller: Caller,
  tenantId: string,
  requests: readonly RegistrationRequest[],
): Promise<NewRegistration[]> {
  requests.forEach((request, index) => {
    for (const member of ['registrationEndpoint', 'issuer', 'discoveryHeaders'] as const) {
      if (request[member] !== undefined) requireRole(caller, 'administrator', `/registrations/${index}/${member}`);
    }
  });
  const faults = [
    ...requests.flatMap((request, index) => faultsOf(caller, tenantId, request, `/registrations/${index}`)),
    ...duplicates(tenantId, requests),
    ...requests.flatMap(({ discoveryHeaders = {} }, index) =>
      refusedHeaders(discovery, discoveryHeaders, `/registrations/${index}`),
    ),
    ...(await unseenHolders(records, caller, requests)),
  ];
  if (faults.length === 0)
    faults.push(
      ...(await refusedUrls(
        checkUrl,
        requests.flatMap((request, index) => urlsOf(request, `/registrations/${index}`)),
      )),
    );
  refuseFaults(faults);
  return requests.map(newRegistration);
}

function faultsOf(caller: Caller, tenantId: string, request: RegistrationRequest, at: string): Fault[] {
  const faults: Fault[] = [];
  if (!within(caller.visibility.applicationIds, request.applicationId))
    faults.push(fault('unknown-application', `${at}/applicationId`, 'there is no such application'));
  if (!(availableMethods as readonly Method[]).includes(request.method))
    faults.push(
      fault('method-unavailable', `${at}/method`, `this version carries out ${availableMethods.join(', ')} only`),
    );
  if (formatRegistrationId({ ...request, tenantId }).length > maxRegistrationIdLength)
    faults.push(
      fault(
        'validation-failed',
        at,
        'tenantId, applicationId, environment and endpointId must have ' +
          `${maxRegistrationIdLength - 3} characters together at most`,
      ),
    );
  return [...faults, ...ownOnlyFaults(request, at), ...malformedUrls(urlsOf(request, at))];
}

/** What the caller may not see does not exist for him; whether it can be shared is judged in the commit. */
async function unseenHolders(
  records: ApiDependencies['records'],
  { visibility }: Caller,
  requests: readonly RegistrationRequest[],
): Promise<Fault[]> {
  const faults = requests.map(async ({ shareWith }, index) => {
    if (shareWith === undefined) return null;
    const seen =
      parseRegistrationId(shareWith) !== null && (await records.registration(shareWith, visibility)) !== null;
    return seen ? null : fault('cannot-share', `/registrations/${index}/shareWith`, 'there is no such registration');
  });
  return (await Promise.all(faults)).filter((one) => one !== null);
}

/** What a shared client leaves no room for. */
const ownOnly = ['initialAccessToken', 'registrationEndpoint', 'clientMetadata'] as const;

function ownOnlyFaults(request: RegistrationRequest, at: string): Fault[] {
  if (request.shareWith === undefined) return [];
  const message = 'belongs to the holder of a shared client; leave it out, or leave out shareWith';
  return ownOnly
    .filter((member) => request[member] !== undefined)
    .map((member) => fault('validation-failed', `${at}/${member}`, message));
}

function urlsOf(request: RegistrationRequest, at: string): PeerUrl[] {
  const urls = [
    { member: 'fhirBaseUrl', url: request.fhirBaseUrl, kind: 'base' },
    { member: 'registrationEndpoint', url: request.registrationEndpoint, kind: 'endpoint' },
    { member: 'issuer', url: request.issuer, kind: 'base' },
  ] as const;
  return urls.flatMap(({ member, url, kind }) =>
    url === undefined ? [] : [{ pointer: `${at}/${member}`, url, kind }],
  );
}

function duplicates(tenantId: string, requests: readonly RegistrationRequest[]): Fault[] {
  const seen = new Set<string>();
  return requests.flatMap((request, index) => {
    const id = formatRegistrationId({ ...request, tenantId });
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    const message = 'is asked for twice; give each a different application, environment or endpointId';
    return [fault('validation-failed', `/registrations/${index}`, message)];
  });
}

function newRegistration(request: RegistrationRequest): NewRegistration {
  return {
    applicationId: request.applicationId,
    environment: request.environment,
    endpointId: request.endpointId,
    fhirBaseUrl: request.fhirBaseUrl,
    method: request.method,
    registrationEndpoint: request.registrationEndpoint ?? null,
    issuer: request.issuer ?? null,
    discoveryHeaders: request.discoveryHeaders,
    clientMetadata: request.clientMetadata ?? null,
    initialAccessToken: request.initialAccessToken ?? null,
    shareWith: request.shareWith ?? null,
  };
}
