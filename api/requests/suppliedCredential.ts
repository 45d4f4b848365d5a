import { credentialFaults } from '../../domain/credential/faults.ts';
import type { SuppliedCredential } from '../../domain/credential/supplied.ts';
import type { RegistrationView } from '../../domain/registration/view.ts';
import { durationToMilliseconds } from '../../domain/time/duration.ts';
import { type Caller, within } from '../callers/caller.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { type Fault, fault, refuseFaults } from '../problems/faults.ts';
import { ProblemError } from '../problems/problem.ts';
import type { CredentialBody } from '../schemas/registration/suppliedCredential.ts';
import { malformedUrls, refusedUrls } from './peerUrls.ts';

/**
 * What may be said aloud of a credential, apart from what is to be sealed and goes nowhere else.
 *
 * @param distribution how long it may be refused before it is called broken, as an ISO 8601 duration; null = not known.
 */
export function partCredential(
  body: CredentialBody,
  distribution: string | null,
): {
  readonly details: SuppliedCredential;
  readonly secrets: Pick<CredentialBody, 'clientSecret' | 'registrationAccessToken' | 'registrationClientUri'>;
} {
  const { clientSecret, registrationAccessToken, registrationClientUri } = body;
  return {
    details: {
      clientId: body.clientId,
      authMethod: body.tokenEndpointAuthMethod ?? null,
      issuedAt: timeOf(body.issuedAt),
      expiresAt: timeOf(body.expiresAt),
      expiryKnown: body.expiresAt !== undefined,
      clientExpiresAt: timeOf(body.clientExpiresAt),
      ...(distribution === null ? {} : { distributionTime: durationToMilliseconds(distribution) }),
    },
    secrets: { clientSecret, registrationAccessToken, registrationClientUri },
  };
}

/**
 * Judges the meaning of a supplied credential, without effect. Rejects with a problem that lists every fault, of the
 * kind of the first.
 */
export async function judgeCredential(
  { checkUrl, clock, records }: Pick<ApiDependencies, 'checkUrl' | 'clock' | 'records'>,
  caller: Caller,
  registration: RegistrationView,
  body: CredentialBody,
): Promise<void> {
  const { registrationClientUri: uri } = body;
  const urls = uri === undefined ? [] : [{ pointer: '/registrationClientUri', url: uri, kind: 'endpoint' as const }];
  const faults: Fault[] = [
    ...credentialFaults(body, clock.now()).map(({ member, message }) =>
      fault('validation-failed', `/${member}`, message),
    ),
    ...malformedUrls(urls),
  ];
  if (faults.length === 0) faults.push(...foreignUri(registration, uri));
  if (faults.length === 0) faults.push(...(await refusedUrls(checkUrl, urls)));
  refuseFaults(faults);
  await refuseHeldElsewhere(records, caller, registration, body.clientId);
}

/** A token is sent to approved origins only: the registration endpoint's, else those of token endpoint and issuer. */
function foreignUri({ discovery }: RegistrationView, uri: string | undefined): Fault[] {
  if (discovery === null || uri === undefined) return [];
  const { registrationEndpoint, tokenEndpoint, issuer } = discovery;
  const named = registrationEndpoint === null ? [tokenEndpoint, issuer] : [registrationEndpoint];
  const origins = named.flatMap((url) => (url === null ? [] : [new URL(url).origin]));
  if (origins.includes(new URL(uri).origin)) return [];
  const allowed = origins.length === 0 ? 'no origin is approved yet' : `it must be on ${origins.join(' or ')}`;
  return [fault('url-not-allowed', '/registrationClientUri', `is on an origin that was not approved: ${allowed}`)];
}

/** Exactly one registration holds a client. Which one is told to those who may see it. */
async function refuseHeldElsewhere(
  records: ApiDependencies['records'],
  { visibility }: Caller,
  { registrationId, discovery }: RegistrationView,
  clientId: string,
): Promise<void> {
  if (discovery?.tokenEndpoint == null) return;
  const holder = await records.clientHolder(discovery.tokenEndpoint, clientId);
  if (holder === null || holder === registrationId) return;
  const [tenantId = '', applicationId = ''] = holder.split('.');
  const seen = within(visibility.tenantIds, tenantId) && within(visibility.applicationIds, applicationId);
  const message = `is held by ${seen ? holder : 'another registration'} at the same token endpoint`;
  throw new ProblemError(
    'client-held',
    `/clientId: ${message}. Check the client id; share that client, or retire the other registration first.`,
    { reason: 'ClientHeldElsewhere', errors: [{ pointer: '/clientId', message }] },
  );
}

function timeOf(text: string | null | undefined): number | null {
  return text == null ? null : Date.parse(text);
}
