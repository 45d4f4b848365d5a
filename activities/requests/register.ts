import { judgeRegistrationAnswer } from '../../domain/client/answer.ts';
import { profileOf } from '../../domain/client/lint/profiles.ts';
import { explainErrors, lintRegistrationRequest } from '../../domain/client/lint/request.ts';
import { requestedMetadata, requestedScopes } from '../../domain/client/requested.ts';
import { RegistrarFailure, type RetryClass } from '../../domain/failure.ts';
import type { Intent, StoredAnswer } from '../../domain/operations/intent.ts';
import type {
  CredentialState,
  Endpoints,
  Failure,
  RequestArguments,
  RequestOutcome,
  StepBudget,
} from '../../domain/ports/activities.ts';
import type { NewOrphan } from '../../domain/ports/ledgers/orphans.ts';
import { explain } from '../../domain/reasons/index.ts';
import { ownTokenRule } from '../../domain/reasons/tokens.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import type { AuthMethod } from '../../domain/words.ts';
import type { ClientInformation } from '../../protocols/oauth/clientInformation.ts';
import type { PrivateJwk } from '../../protocols/oauth/clientKeys.ts';
import type { Refusal } from '../../protocols/oauth/errorAnswer.ts';
import { extractManagementToken } from '../../protocols/oauth/managementToken.ts';
import { parseRegistrationResponse, registrationRequest } from '../../protocols/oauth/registration.ts';
import { clientIdIn } from '../../stores/records/ledgers/answers.ts';
import { maxContentBytes } from '../../stores/secrets/content.ts';
import { signingJwkFor, withClientKeys } from '../credentials/keys.ts';
import { type ClientSecret, clientSecretOf } from '../credentials/secret.ts';
import { storeManagement } from '../credentials/storeManagement.ts';
import { usableEnd } from '../credentials/usableEnd.ts';
import type { Dependencies } from '../dependencies.ts';
import {
  credentialAudience,
  managementAudience,
  registrationEndpointOf,
  tokenEndpointOf,
} from '../servers/audience.ts';
import { type Presented, tokenToPresent } from '../servers/presentedToken.ts';
import { journalForHolder } from './holdersToken.ts';
import { heldElsewhere } from './otherHolder.ts';
import { sendOnce } from './sendOnce.ts';
import { shownAfterSending } from './shownClient.ts';
import { keepUnusable } from './unusable.ts';

/** RFC 7591 section 3.1: registers the client, once per intent, and stores the answer before it is judged. */
export async function register(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: RequestArguments,
  budget?: StepBudget,
): Promise<RequestOutcome> {
  const { endpoints, initialAccessTokenRef } = argument;
  const endpoint = registrationEndpointOf(endpoints);
  tokenEndpointOf(endpoints);
  const audience = managementAudience(endpoints);
  // Claimed also where nothing will be sent: what nobody claims within an hour is swept, and a person needs longer.
  if (initialAccessTokenRef !== null)
    await deps.records.claimEnteringSecret(initialAccessTokenRef, argument.registrationId);
  const errors = explainErrors(lintRegistrationRequest(config, endpoints, profileOf([endpoint, endpoints.issuer])));
  if (errors !== null) return refused('ClientMetadataNotAcceptable', 'input', errors);
  const wanted = requestedMetadata(config, endpoints, null);
  if (!leavesRoom(wanted))
    return refused('ClientMetadataNotAcceptable', 'input', `${explain('SecretTooLarge')} Nothing was sent.`);
  const metadata = await withClientKeys(deps, config, wanted, argument.intentId);
  const presented = await tokenToPresent(deps, config, argument);
  if (!('secrets' in presented)) return presented;
  if (presented.kind === 'none') {
    const why =
      initialAccessTokenRef === null
        ? ownTokenRule
        : 'The initial access token was used already, or nobody claimed it within an hour.';
    return refused('InitialAccessTokenNeeded', 'token', `${explain('InitialAccessTokenNeeded')} ${why}`);
  }
  const sent = await sendOnce(deps, {
    ...argument,
    budget,
    kind: 'register',
    clientName: String(metadata['client_name'] ?? ''),
    clientId: null,
    endpoint,
    request: registrationRequest({ endpoint, metadata, token: presented.token }),
    tokenOf: (answer) => extractManagementToken(answer, { audience }),
  });
  const outcome =
    sent.kind === 'answered'
      ? await absorbRegistration(deps, config, argument, presented, sent.intent, sent.answer)
      : sent;
  await presented.ended(outcome);
  return outcome;
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
  presented: Presented,
  intent: Intent,
  answer: StoredAnswer,
): Promise<RequestOutcome> {
  const { endpoints } = argument;
  const metadata = requestedMetadata(config, endpoints, null);
  const parsed = parseRegistrationResponse(answer, {
    now: deps.clock.now(),
    managementOrigins: managementAudience(endpoints),
    askedAuthMethod: metadata['token_endpoint_auth_method'] as AuthMethod,
    secretsInPlay: [...presented.secrets, ...statementIn(metadata)],
    tokenSent: presented.kind !== 'anonymous' && presented.kind !== 'none',
  });
  const outcome =
    parsed.kind === 'refused'
      ? await absorbRefusal(deps, argument, intent, answer, judgedOfAccount(parsed, presented))
      : await absorbKeptClient(deps, config, argument, presented, intent, answer, parsed, metadata);
  if (parsed.kind === 'client') await keepUnusable(deps, intent, parsed, answer);
  // Before the intent is settled: nobody comes back to a settled one.
  if (outcome.kind === 'stored' && argument.initialAccessTokenRef !== null) {
    await deps.records.spendEnteringSecret(argument.initialAccessTokenRef);
  }
  await deps.records.settleIntent(intent.intentId, settlementOf(outcome), outcome);
  return outcome;
}

/** A service account that is refused is another matter than an initial access token. */
function judgedOfAccount(refusal: Refusal, { kind }: Presented): Refusal {
  if (kind !== 'service') return refusal;
  if (refusal.reason === 'InitialAccessTokenRejected') return { ...refusal, reason: 'ServiceAccountRejected' };
  if (refusal.reason === 'RegistrationForbidden') return { ...refusal, reason: 'ServiceAccountForbidden' };
  return refusal;
}

/** A server may repeat the software statement that it refuses: nobody needs to read that. */
function statementIn(metadata: Readonly<Record<string, unknown>>): string[] {
  const statement = metadata['software_statement'];
  return typeof statement === 'string' ? [statement] : [];
}

function settlementOf(outcome: RequestOutcome): 'applied' | 'refused' | 'unanswered' {
  if (outcome.kind === 'stored') return 'applied';
  return outcome.kind === 'refused' ? 'refused' : 'unanswered';
}

/** What no secret store takes is listed with its token, and not tried again every hour. */
async function absorbKeptClient(...given: Parameters<typeof absorbClient>): Promise<RequestOutcome> {
  const [deps, , argument, , intent, answer] = given;
  try {
    return await absorbClient(...given);
  } catch (error) {
    if (!(error instanceof RegistrarFailure) || error.reason !== 'SecretTooLarge') throw error;
    const { reason, retryClass, message } = error;
    const failure: Failure = { reason, retryClass, status: answer.status, retryAfterSeconds: null, message };
    await listUnknownClient(deps, argument, intent, failure, answer, true);
    return { kind: 'unanswered', failure };
  }
}

/**
 * A server that answers with a client that it has already (the same software, or the same metadata). The answer is kept
 * sealed, and its token belongs to the holder, whose own may have died with it.
 */
async function keepForHolder(
  deps: Dependencies,
  { endpoints, registrationId }: RequestArguments,
  intent: Intent,
  answer: StoredAnswer,
  clientId: string,
  tokenEndpoint: string,
): Promise<RequestOutcome> {
  const holder = (await deps.records.clientHolder(tokenEndpoint, clientId)) ?? '';
  if (holder !== '') await journalForHolder(deps, holder, registrationEndpointOf(endpoints), answer, clientId);
  await deps.records.keepAnswer({
    id: `${intent.intentId}/held`,
    intent: { ...intent, registrationId },
    clientId,
    answer,
  });
  return heldElsewhere(clientId, holder, answer.status);
}

/** Bytes that client id, secret, token, key and endpoints may take beside the metadata. */
const roomBeside = 9_000;

/** Whether a secret with these metadata would be taken by every store, as far as it is known before sending. */
function leavesRoom(metadata: Readonly<Record<string, unknown>>): boolean {
  const { redirect_uris: redirectUris, scope } = metadata;
  return Buffer.byteLength(JSON.stringify([redirectUris, scope])) <= maxContentBytes - roomBeside;
}

async function absorbClient(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: RequestArguments,
  presented: Presented,
  intent: Intent,
  answer: StoredAnswer,
  client: ClientInformation,
  metadata: Record<string, unknown>,
): Promise<RequestOutcome> {
  const { endpoints } = argument;
  const signingJwk = await signingJwkFor(deps, config, endpoints, client.authMethod);
  const tokenEndpoint = tokenEndpointOf(endpoints);
  const usable = { ...client, secretExpiresAt: usableEnd(deps, client) };
  // Before anything is stored: another registration's client is not ours to use.
  if (!(await deps.records.holdClient(tokenEndpoint, client.clientId, config.registrationId)))
    return await keepForHolder(deps, argument, intent, answer, client.clientId, tokenEndpoint);
  const { versionId } = await storeManagement(deps, config, {
    clientId: client.clientId,
    token: client.registrationAccessToken,
    clientUri: client.registrationClientUri,
    audience: managementAudience(endpoints),
    receivedAt: client.issuedAt,
    role: 'current',
    client: firstCredential(config, endpoints, usable, signingJwk, metadata),
    storedFor: intent.intentId,
  });
  const credential: CredentialState = {
    clientId: client.clientId,
    authMethod: client.authMethod,
    store: deps.secrets.kind,
    place: 'management',
    versionId,
    issuedAt: client.issuedAt,
    expiresAt: client.secretExpiresAt,
    expiryKnown: client.expiryKnown,
    ...clientIssuedAt(client),
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
    client: shownAfterSending({
      clientId: client.clientId,
      at: client.issuedAt,
      sent: metadata,
      shown: client,
      secrets: presented.secrets,
    }),
    notes: [...client.findings.filter((finding) => finding.severity !== 'info').map((finding) => finding.message)],
  };
}

/** When the client was made, where that is not after its answer: some servers' clocks, or units, are wrong. */
function clientIssuedAt({ clientIdIssuedAt, issuedAt }: ClientInformation): Pick<CredentialState, 'clientIssuedAt'> {
  return clientIdIssuedAt === null || clientIdIssuedAt > issuedAt ? {} : { clientIssuedAt: clientIdIssuedAt };
}

/** The first credential waits for its proof beside the management half (DESIGN section 7). */
function firstCredential(
  config: RegistrationConfig,
  endpoints: Endpoints,
  client: ClientInformation,
  signingJwk: PrivateJwk | null,
  metadata: Record<string, unknown>,
): ClientSecret {
  const asked = metadata['redirect_uris'] as string[];
  return clientSecretOf(
    {
      clientId: client.clientId,
      clientSecret: client.clientSecret,
      signingJwk,
      authMethod: client.authMethod,
      expiresAt: client.secretExpiresAt,
      redirectUris: client.redirectUris ?? asked,
      scope: client.scope?.join(' ') ?? String(metadata['scope'] ?? ''),
      audience: credentialAudience(endpoints),
    },
    config,
    endpoints,
  );
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
  if (!refusal.clientMayExist) {
    // A page with 200 is no registration, and yet no refusal either: somebody may want to read it.
    const isTaken = status >= 200 && status < 300;
    if (isTaken) await deps.records.keepAnswer({ id: `${intent.intentId}/unread`, intent, clientId: null, answer });
    return { kind: 'refused', failure };
  }
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
  givenUp = false,
): Promise<void> {
  const audience = managementAudience(argument.endpoints);
  const token = answer === null ? null : extractManagementToken(answer, { audience });
  const orphan: NewOrphan = {
    orphanId: intent.intentId,
    registrationId: intent.registrationId,
    tokenEndpoint: argument.endpoints.tokenEndpoint,
    registrationEndpoint: intent.endpoint,
    clientId: token?.clientId ?? (answer === null ? null : clientIdIn(answer)) ?? intent.clientId,
    clientName: intent.clientName,
    reason: failure.reason,
    since: intent.sendingAt ?? deps.clock.now(),
    token,
  };
  const listed = await deps.records.addOrphan(orphan, { givenUp, ...(answer === null ? {} : { answer }) });
  if (listed || answer === null) return;
  // About a client that is in use.
  await deps.records.keepAnswer({ id: `${intent.intentId}/held`, intent, clientId: orphan.clientId, answer });
}

/** Refused by ourselves: no server was asked. */
function refused(
  reason: 'InitialAccessTokenNeeded' | 'ClientMetadataNotAcceptable',
  retryClass: RetryClass,
  message: string,
): RequestOutcome {
  return { kind: 'refused', failure: { reason, retryClass, status: null, retryAfterSeconds: null, message } };
}
