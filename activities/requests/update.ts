import { profileOf } from '../../domain/client/lint/profiles.ts';
import { explainErrors, lintRegistrationRequest } from '../../domain/client/lint/request.ts';
import type { Intent, MetadataTarget, StoredAnswer } from '../../domain/operations/intent.ts';
import type { CredentialState, Failure, RequestOutcome, StepBudget } from '../../domain/ports/activities.ts';
import { explain } from '../../domain/reasons/index.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import { originOf } from '../../protocols/http/publicUrl.ts';
import { keycloakRealmOf } from '../../protocols/keycloak/realm.ts';
import { parseUpdateResponse, updateRequest } from '../../protocols/oauth/management.ts';
import { extractManagementToken } from '../../protocols/oauth/managementToken.ts';
import { clientIdIn } from '../../stores/records/ledgers/answers.ts';
import { withClientKeys } from '../credentials/keys.ts';
import { managementAccesses } from '../credentials/management.ts';
import { secretsOfClient } from '../credentials/secretsInPlay.ts';
import type { Dependencies } from '../dependencies.ts';
import { managementAudience } from '../servers/audience.ts';
import { reissueManagement } from '../servers/reissue.ts';
import { climb } from './ladder.ts';
import { changeOf, membersToSend } from './metadataChange.ts';
import { heldByAnother } from './otherHolder.ts';
import { sendOnce } from './sendOnce.ts';
import { knownMembers, showing, shownAfterSending } from './shownClient.ts';
import { managementRejected, storeUpdated, type UpdateArguments } from './storeUpdated.ts';
import { keepUnusable } from './unusable.ts';

/**
 * RFC 7592 section 2.2: updates the client with its whole metadata, once per intent: those that it has, so that a new
 * secret is issued, or changed ones.
 */
export async function update(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: UpdateArguments & { readonly metadata?: MetadataTarget },
  budget?: StepBudget,
): Promise<RequestOutcome> {
  const { current } = argument;
  const change = await changeOf(deps, config, argument.metadata);
  const errors = change === null ? null : lintErrors(change.wanted, argument);
  if (errors !== null) return { kind: 'refused', failure: errors };
  const held = await heldByAnother(deps, config.registrationId, argument.endpoints, current.clientId);
  if (held !== null) return held;
  const wanted = membersToSend(change, argument, await knownMembers(deps, argument.known));
  if (wanted === null) return unknownMetadata();
  const [stored] = await managementAccesses(deps, config, argument.endpoints, current.clientId);
  const access = stored ?? (await reissueManagement(deps, config, argument.endpoints, current.clientId));
  if (access === null || access === 'gone') return managementRejected('No registration access token is stored.');
  const whole = await withClientKeys(deps, config, wanted, argument.intentId);
  // Only an update that changes nothing may leave the scope out.
  const withoutScope = change === null && (await failsAtScope(deps, config, current, access.clientUri));
  const metadata = withoutScope ? { ...whole, scope: undefined } : whole;
  const sent = await sendOnce(deps, {
    ...argument,
    budget,
    kind: 'update',
    clientName: String(metadata['client_name'] ?? ''),
    clientId: current.clientId,
    // Not the client URI: some servers write a token into it.
    endpoint: argument.endpoints.registrationEndpoint ?? originOf(access.clientUri),
    request: updateRequest({ clientUri: access.clientUri, clientId: current.clientId, metadata, token: access.token }),
    tokenOf: (answer) =>
      extractManagementToken(answer, { audience: access.token.audience, clientId: current.clientId }),
  });
  if (sent.kind !== 'answered') return sent;
  return await absorbUpdate(deps, config, argument, sent.intent, sent.answer);
}

/** RFC 7592 section 2.2 replaces everything: what is not known would be taken from the client. */
function unknownMetadata(): RequestOutcome {
  const reason = 'ClientMetadataUnknown';
  return {
    kind: 'refused',
    failure: { reason, retryClass: 'input', status: null, retryAfterSeconds: null, message: explain(reason) },
  };
}

/** What the lint of registration requests says against changed metadata; nothing is sent then. */
function lintErrors(wanted: RegistrationConfig, { endpoints }: UpdateArguments): Failure | null {
  const profile = profileOf([endpoints.registrationEndpoint, endpoints.issuer]);
  const message = explainErrors(lintRegistrationRequest(wanted, endpoints, profile));
  if (message === null) return null;
  return { reason: 'ClientMetadataNotAcceptable', retryClass: 'input', status: null, retryAfterSeconds: null, message };
}

/**
 * Keycloak before 26.8 answers 500 to an update with the `scope` of a client that was made outside dynamic registration
 * (FACTS section 5). An update without `scope` leaves the scopes of a Keycloak client as they are.
 */
async function failsAtScope(
  deps: Dependencies,
  { registrationId }: RegistrationConfig,
  { supplied }: CredentialState,
  clientUri: string,
): Promise<boolean> {
  if (keycloakRealmOf(clientUri) === null) return false;
  return supplied === true || (await deps.records.lastUpdateFailure(registrationId)) === 500;
}

/** Judges a stored answer to an update. Repeatable: version ids come from the intent. */
export async function absorbUpdate(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: UpdateArguments,
  intent: Intent,
  answer: StoredAnswer,
): Promise<RequestOutcome> {
  const secretsInPlay = await secretsOfClient(deps, config);
  const parsed = parseUpdateResponse(answer, {
    now: deps.clock.now(),
    managementOrigins: managementAudience(argument.endpoints),
    askedAuthMethod: argument.current.authMethod,
    secretsInPlay,
    clientId: argument.current.clientId,
  });
  const change = await changeOf(deps, config, intent.metadata);
  if (parsed.kind !== 'refused') {
    const shown = parsed.kind === 'client' ? { ...parsed, answersUpdate: true as const } : nothingShown(answer);
    const stored = await storeUpdated(deps, config, argument, intent.intentId, shown, change);
    const client = shownAfterSending({
      clientId: argument.current.clientId,
      at: answer.receivedAt,
      sent: membersToSend(change, argument, await knownMembers(deps, argument.known)),
      shown: parsed.kind === 'client' ? parsed : null,
      secrets: secretsInPlay,
    });
    const outcome = showing(stored, client);
    if (outcome.kind === 'refused') await keepUnread(deps, intent, argument, answer);
    else if (parsed.kind === 'client') await keepUnusable(deps, intent, parsed, answer);
    await deps.records.settleIntent(intent.intentId, outcome.kind === 'refused' ? 'refused' : 'applied', outcome);
    return outcome;
  }
  const { reason, retryClass, status, retryAfterSeconds, message } = parsed;
  const failure: Failure = { reason, retryClass, status, retryAfterSeconds, message };
  if (reason === 'RegistrationAnswerNotUsable' || answer.cutOff === true)
    await keepUnread(deps, intent, argument, answer);
  if (reason === 'RegistrationAnswerNotUsable') await listRenamed(deps, argument, intent, failure, answer);
  const outcome = leavesOpen(failure)
    ? await climb(deps, config, argument, failure, change)
    : ({ kind: 'refused', failure } satisfies RequestOutcome);
  await deps.records.settleIntent(intent.intentId, wasApplied(outcome) ? 'applied' : 'refused', outcome);
  return outcome;
}

/** Some servers give a client that they update another id: that one is nobody's, and a person decides. */
async function listRenamed(
  deps: Dependencies,
  { endpoints, current }: UpdateArguments,
  intent: Intent,
  { reason }: Failure,
  answer: StoredAnswer,
): Promise<void> {
  const clientId = clientIdIn(answer);
  if (clientId === null || clientId === current.clientId) return;
  const token = extractManagementToken(answer, { audience: managementAudience(endpoints) });
  await deps.records.addOrphan(
    {
      orphanId: intent.intentId,
      registrationId: intent.registrationId,
      tokenEndpoint: endpoints.tokenEndpoint,
      registrationEndpoint: intent.endpoint,
      clientId,
      clientName: intent.clientName,
      reason,
      since: answer.receivedAt,
      token,
    },
    { answer },
  );
}

/** What nobody could read or store is not discarded with its intent. */
async function keepUnread(
  deps: Dependencies,
  intent: Intent,
  { current }: UpdateArguments,
  answer: StoredAnswer,
): Promise<void> {
  await deps.records.keepAnswer({ id: `${intent.intentId}/unread`, intent, clientId: current.clientId, answer });
}

/** Whether an update did what it was for. */
export function wasApplied(outcome: RequestOutcome): boolean {
  return outcome.kind === 'stored' || (outcome.kind === 'unchanged' && outcome.metadata !== undefined);
}

/** The server took the request and shows nothing of the client (204). */
function nothingShown({ receivedAt }: StoredAnswer): Parameters<typeof storeUpdated>[4] {
  return {
    clientSecret: null,
    secretExpiresAt: null,
    expiryKnown: false,
    issuedAt: receivedAt,
    registrationAccessToken: null,
    registrationClientUri: null,
    redirectUris: null,
    scope: null,
    findings: [],
  };
}

/** A dead token is looked for on the ladder; so is what the server may have done before it failed. */
function leavesOpen(failure: Failure): boolean {
  if (failure.reason === 'ManagementRejected' || failure.reason === 'RegistrationAnswerNotUsable') return true;
  return failure.retryClass === 'transient' && failure.status !== 429 && failure.status !== 425;
}
