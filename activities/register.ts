import type { RetryClass } from '../domain/failure.ts';
import { managementSecretName } from '../domain/ids.ts';
import type { Intent, StoredAnswer } from '../domain/intent.ts';
import { profileOf } from '../domain/metadataLint/profiles.ts';
import { explainErrors, lintRegistrationRequest } from '../domain/metadataLint/request.ts';
import type { CredentialState, Endpoints, Failure, RequestArguments, RequestOutcome } from '../domain/ports.ts';
import { explain } from '../domain/reasons.ts';
import type { RegistrationConfig } from '../domain/records.ts';
import { judgeRegistrationAnswer } from '../domain/registrationAnswer.ts';
import { requestedMetadata, requestedScopes } from '../domain/requestedMetadata.ts';
import type { AuthMethod } from '../domain/words.ts';
import { audienceSecret } from '../protocols/http/audience.ts';
import type { ClientInformation } from '../protocols/oauth/clientInformation.ts';
import type { Refusal } from '../protocols/oauth/errorAnswer.ts';
import { extractManagementToken } from '../protocols/oauth/managementToken.ts';
import { parseRegistrationResponse, registrationRequest } from '../protocols/oauth/registration.ts';
import { versionIdOf } from '../stores/secrets/versionId.ts';
import { credentialAudience, managementAudience, registrationEndpointOf, tokenEndpointOf } from './audience.ts';
import { clientSecretOf, type ManagementSecret, putCurrent, tagsOf } from './clientSecret.ts';
import type { Dependencies } from './dependencies.ts';
import { sendOnce } from './sendOnce.ts';

/** RFC 7591 section 3.1: registers the client, once per intent, and stores the answer before it is judged. */
export async function register(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: RequestArguments,
): Promise<RequestOutcome> {
  const { endpoints, initialAccessTokenRef } = argument;
  const endpoint = registrationEndpointOf(endpoints);
  tokenEndpointOf(endpoints);
  const audience = managementAudience(endpoints);
  // Claimed also where nothing will be sent: what nobody claims within an hour is swept, and a person needs longer.
  const initial = await initialAccessToken(deps, argument);
  const errors = explainErrors(lintRegistrationRequest(config, endpoints, profileOf([endpoint, endpoints.issuer])));
  if (errors !== null) return refused('ClientMetadataNotAcceptable', 'input', errors);
  if (initial === null && initialAccessTokenRef !== null) {
    const gone = 'The initial access token was used already, or nobody claimed it within an hour.';
    return refused('InitialAccessTokenNeeded', 'token', `${explain('InitialAccessTokenNeeded')} ${gone}`);
  }
  const metadata = requestedMetadata(config, endpoints, null);
  const token = initial === null ? null : audienceSecret(initial, audience);
  const sent = await sendOnce(deps, {
    ...argument,
    kind: 'register',
    clientName: String(metadata['client_name'] ?? ''),
    clientId: null,
    endpoint,
    request: registrationRequest({ endpoint, metadata, token }),
    tokenOf: (answer) => extractManagementToken(answer, { audience }),
  });
  if (sent.kind !== 'answered') return sent;
  const secretsInPlay = initial === null ? [] : [initial];
  return await absorbRegistration(deps, config, argument, secretsInPlay, sent.intent, sent.answer);
}

async function initialAccessToken(deps: Dependencies, argument: RequestArguments): Promise<string | null> {
  const { initialAccessTokenRef, registrationId } = argument;
  return initialAccessTokenRef === null
    ? null
    : await deps.records.claimEnteringSecret(initialAccessTokenRef, registrationId);
}

/**
 * Judges a stored answer. Repeatable: version ids come from the intent. The management half is stored, and read back,
 * before the intent is settled and its sealed answer deleted.
 *
 * @param secretsInPlay of {@link secretsOfRegistering}.
 */
export async function absorbRegistration(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: RequestArguments,
  secretsInPlay: readonly string[],
  intent: Intent,
  answer: StoredAnswer,
): Promise<RequestOutcome> {
  const { endpoints } = argument;
  const metadata = requestedMetadata(config, endpoints, null);
  const parsed = parseRegistrationResponse(answer, {
    now: deps.clock.now(),
    managementOrigins: managementAudience(endpoints),
    askedAuthMethod: metadata['token_endpoint_auth_method'] as AuthMethod,
    secretsInPlay,
    tokenSent: argument.initialAccessTokenRef !== null,
  });
  const outcome =
    parsed.kind === 'refused'
      ? await absorbRefusal(deps, argument, intent, answer, parsed)
      : await absorbClient(deps, config, argument, intent, parsed, metadata);
  // Before the intent is settled: nobody comes back to a settled one.
  if (outcome.kind === 'stored' && argument.initialAccessTokenRef !== null) {
    await deps.records.spendEnteringSecret(argument.initialAccessTokenRef);
  }
  await deps.records.settleIntent(intent.intentId, settlementOf(outcome), outcome);
  return outcome;
}

function settlementOf(outcome: RequestOutcome): 'applied' | 'refused' | 'unanswered' {
  if (outcome.kind === 'stored') return 'applied';
  return outcome.kind === 'refused' ? 'refused' : 'unanswered';
}

async function absorbClient(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: RequestArguments,
  intent: Intent,
  client: ClientInformation,
  metadata: Record<string, unknown>,
): Promise<RequestOutcome> {
  const { endpoints } = argument;
  const versionId = versionIdOf(intent.intentId, 'management');
  await putCurrent(
    deps.secrets,
    managementSecretName(config),
    versionId,
    firstManagementSecret(config, endpoints, client, metadata),
    tagsOf(config),
  );
  const held = await deps.records.holdClient(tokenEndpointOf(endpoints), client.clientId, config.registrationId);
  const credential: CredentialState = {
    clientId: client.clientId,
    authMethod: client.authMethod,
    store: deps.secrets.kind,
    place: 'management',
    versionId,
    issuedAt: client.issuedAt,
    expiresAt: client.secretExpiresAt,
    expiryKnown: client.expiryKnown,
    provedAt: null,
    manageable: client.registrationAccessToken !== null && client.registrationClientUri !== null,
  };
  const judged = judgeRegistrationAnswer({
    asked: metadata,
    registered: { redirectUris: client.redirectUris, scopes: client.scope },
    negotiated: requestedScopes(config, endpoints),
    offer: endpoints,
  });
  return {
    kind: 'stored',
    credential,
    conditions: judged.conditions,
    scopes: judged.scopes,
    revision: config.revision,
    ownRevision: config.ownRevision,
    tokenReceived: client.registrationAccessToken !== null,
    notes: [
      ...(held ? [] : [explain('ClientHeldElsewhere')]),
      ...client.findings.filter((finding) => finding.severity !== 'info').map((finding) => finding.message),
    ],
  };
}

/** The first credential waits for its proof beside the management half (DESIGN section 7). */
function firstManagementSecret(
  config: RegistrationConfig,
  endpoints: Endpoints,
  client: ClientInformation,
  metadata: Record<string, unknown>,
): ManagementSecret {
  const asked = metadata['redirect_uris'] as string[];
  return {
    ...(client.registrationAccessToken === null ? {} : { registration_access_token: client.registrationAccessToken }),
    ...(client.registrationClientUri === null ? {} : { registration_client_uri: client.registrationClientUri }),
    audience: managementAudience(endpoints),
    client: clientSecretOf(
      {
        clientId: client.clientId,
        clientSecret: client.clientSecret,
        authMethod: client.authMethod,
        expiresAt: client.secretExpiresAt,
        redirectUris: client.redirectUris ?? asked,
        scope: client.scope?.join(' ') ?? String(metadata['scope'] ?? ''),
        audience: credentialAudience(endpoints),
      },
      config,
      endpoints,
    ),
  };
}

/** An answer under which a client may exist nevertheless is listed for a person, with its token where it has one. */
async function absorbRefusal(
  deps: Dependencies,
  argument: RequestArguments,
  intent: Intent,
  answer: StoredAnswer,
  refusal: Refusal,
): Promise<RequestOutcome> {
  const { reason, retryClass, status, retryAfterSeconds, message } = refusal;
  const failure: Failure = { reason, retryClass, status, retryAfterSeconds, message };
  if (!refusal.clientMayExist) return { kind: 'refused', failure };
  await listUnknownClient(deps, argument, intent, failure, answer);
  return { kind: 'unanswered', failure };
}

/** Lists what was sent: a client may exist that nobody holds. Once per intent. */
export async function listUnknownClient(
  deps: Dependencies,
  argument: RequestArguments,
  intent: Intent,
  failure: Failure,
  answer: StoredAnswer | null,
): Promise<void> {
  const audience = managementAudience(argument.endpoints);
  const token = answer === null ? null : extractManagementToken(answer, { audience });
  await deps.records.addOrphan({
    orphanId: intent.intentId,
    registrationId: intent.registrationId,
    tokenEndpoint: argument.endpoints.tokenEndpoint,
    registrationEndpoint: intent.endpoint,
    clientId: token?.clientId ?? intent.clientId,
    clientName: intent.clientName,
    reason: failure.reason,
    since: intent.sendingAt ?? deps.clock.now(),
    token,
  });
}

/** Refused by ourselves: no server was asked. */
function refused(
  reason: 'InitialAccessTokenNeeded' | 'ClientMetadataNotAcceptable',
  retryClass: RetryClass,
  message: string,
): RequestOutcome {
  return { kind: 'refused', failure: { reason, retryClass, status: null, retryAfterSeconds: null, message } };
}
