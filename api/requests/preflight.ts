import type { PreflightSubject } from '../../domain/discovery/preflight.ts';
import { type Caller, requireRole, within } from '../callers/caller.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { fault, refuseFaults } from '../problems/faults.ts';
import type { PreflightRequest } from '../schemas/preflight.ts';
import { refusedHeaders } from './discoveryHeaders.ts';
import { malformedUrls, type PeerUrl, refusedUrls } from './peerUrls.ts';

/**
 * Judges the meaning of a preflight, without effect, and answers the application that it is about; null when it names
 * none. Rejects with a problem that lists every fault, of the kind of the first.
 */
export async function judgePreflight(
  { records, checkUrl, discovery }: Pick<ApiDependencies, 'records' | 'checkUrl' | 'discovery'>,
  caller: Caller,
  request: PreflightRequest,
): Promise<PreflightSubject | null> {
  for (const member of ['registrationEndpoint', 'issuer', 'discoveryHeaders'] as const) {
    if (request[member] !== undefined) requireRole(caller, 'administrator', `/${member}`);
  }
  const urls = urlsOf(request);
  const subject = await subjectOf(records, caller, request);
  const faults = [
    ...(subject === 'unknown' ? [fault('unknown-application', '/applicationId', 'there is no such application')] : []),
    ...malformedUrls(urls),
    ...refusedHeaders(discovery, request.discoveryHeaders ?? {}),
  ];
  if (faults.length === 0) faults.push(...(await refusedUrls(checkUrl, urls)));
  refuseFaults(faults);
  return subject === 'unknown' ? null : subject;
}

/** An application that the caller may not see does not exist for him. */
async function subjectOf(
  records: ApiDependencies['records'],
  caller: Caller,
  { applicationId, environment }: PreflightRequest,
): Promise<PreflightSubject | 'unknown' | null> {
  if (applicationId === undefined) return null;
  if (!within(caller.visibility.applicationIds, applicationId)) return 'unknown';
  const record = await records.application(applicationId);
  return record === null ? 'unknown' : { application: record.application, environment };
}

function urlsOf({ fhirBaseUrl, registrationEndpoint, issuer }: PreflightRequest): PeerUrl[] {
  const urls = [
    { pointer: '/fhirBaseUrl', url: fhirBaseUrl, kind: 'base' },
    { pointer: '/registrationEndpoint', url: registrationEndpoint, kind: 'endpoint' },
    { pointer: '/issuer', url: issuer, kind: 'base' },
  ] as const;
  return urls.flatMap(({ url, ...rest }) => (url === undefined ? [] : [{ ...rest, url }]));
}
