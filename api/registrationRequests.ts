import { formatRegistrationId, maxRegistrationIdLength } from '../domain/ids.ts';
import type { NewRegistration } from '../domain/records.ts';
import { availableMethods, type Method } from '../domain/words.ts';
import { type Caller, requireRole, within } from './caller.ts';
import { peerUrlObstacle } from './clientUris.ts';
import type { ApiDependencies } from './dependencies.ts';
import { ProblemError, type ProblemItem, type ProblemName } from './problem.ts';
import type { RegistrationRequest } from './schemas/tenant.ts';

interface Fault {
  readonly name: ProblemName;
  readonly item: ProblemItem & { readonly pointer: string };
}

function fault(name: ProblemName, pointer: string, message: string): Fault {
  return { name, item: { pointer, message } };
}

/**
 * Judges the meaning of requested registrations, without effect: what their schema cannot say. Rejects with a problem
 * that lists every fault, of the kind of the first.
 */
export async function judgeRegistrations(
  { checkUrl }: Pick<ApiDependencies, 'checkUrl'>,
  caller: Caller,
  tenantId: string,
  requests: readonly RegistrationRequest[],
): Promise<NewRegistration[]> {
  requests.forEach((request, index) => {
    for (const member of ['registrationEndpoint', 'issuer'] as const) {
      if (request[member] !== undefined) requireRole(caller, 'administrator', `/registrations/${index}/${member}`);
    }
  });
  const faults = [
    ...requests.flatMap((request, index) => faultsOf(caller, tenantId, request, `/registrations/${index}`)),
    ...duplicates(tenantId, requests),
  ];
  if (faults.length === 0) faults.push(...(await refusedUrls(checkUrl, requests)));
  const [first] = faults;
  if (first === undefined) return requests.map(newRegistration);
  const { pointer, message } = first.item;
  throw new ProblemError(first.name, `${pointer}: ${message}. Correct it and send the request again.`, {
    errors: faults.map(({ item }) => item),
  });
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
  for (const { member, url, kind } of urlsOf(request)) {
    const obstacle = peerUrlObstacle(url, kind);
    if (obstacle !== null) faults.push(fault('url-not-allowed', `${at}/${member}`, obstacle));
  }
  return faults;
}

function urlsOf(request: RegistrationRequest) {
  const urls = [
    { member: 'fhirBaseUrl', url: request.fhirBaseUrl, kind: 'base' },
    { member: 'registrationEndpoint', url: request.registrationEndpoint, kind: 'endpoint' },
    { member: 'issuer', url: request.issuer, kind: 'base' },
  ] as const;
  return urls.flatMap(({ member, url, kind }) => (url === undefined ? [] : [{ member, url, kind }]));
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

async function refusedUrls(
  checkUrl: ApiDependencies['checkUrl'],
  requests: readonly RegistrationRequest[],
): Promise<Fault[]> {
  const verdicts = new Map<string, ReturnType<typeof checkUrl>>();
  const found = requests.flatMap((request, index) =>
    urlsOf(request).map(async ({ member, url }) => {
      const verdict = verdicts.get(url) ?? checkUrl(url);
      verdicts.set(url, verdict);
      const judged = await verdict;
      if (judged.ok || (judged.code !== 'address-not-allowed' && judged.code !== 'url-not-allowed')) return [];
      return [fault(judged.code, `/registrations/${index}/${member}`, judged.message)];
    }),
  );
  return (await Promise.all(found)).flat();
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
    clientMetadata: request.clientMetadata ?? null,
    initialAccessToken: request.initialAccessToken ?? null,
  };
}
