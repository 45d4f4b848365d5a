import { judgeRegistrationAnswer } from '../../domain/client/answer.ts';
import { requestedMetadata, requestedScopes } from '../../domain/client/requested.ts';
import type { Intent, StoredAnswer } from '../../domain/operations/intent.ts';
import type { Failure, RequestOutcome, StepBudget } from '../../domain/ports/activities.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import { originOf } from '../../protocols/http/publicUrl.ts';
import type { ClientInformation } from '../../protocols/oauth/clientInformation.ts';
import { parseReadResponse, readRequest } from '../../protocols/oauth/management.ts';
import { extractManagementToken } from '../../protocols/oauth/managementToken.ts';
import {
  type ManagementAccess,
  managedClientOf,
  managementAccesses,
  readManagement,
} from '../credentials/management.ts';
import { secretsOfClient } from '../credentials/secretsInPlay.ts';
import { storeManagement } from '../credentials/storeManagement.ts';
import type { Dependencies } from '../dependencies.ts';
import { managementAudience } from '../servers/audience.ts';
import { reissueManagement } from '../servers/reissue.ts';
import { climb } from './ladder.ts';
import { heldByAnother } from './otherHolder.ts';
import { sendOnce } from './sendOnce.ts';
import { shownByRead } from './shownClient.ts';
import { managementRejected, type UpdateArguments } from './storeUpdated.ts';
import { keepUnusable } from './unusable.ts';

/**
 * RFC 7592 section 2.1 under an intent of its own, as a read may renew the registration access token. The secret that it
 * shows is a candidate only, and never stored here: `read` says what else the client is.
 */
export async function readClient(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: UpdateArguments,
  budget?: StepBudget,
): Promise<RequestOutcome> {
  const { current, endpoints } = argument;
  const held = await heldByAnother(deps, config.registrationId, endpoints, current.clientId);
  if (held !== null) return held;
  const [stored] = await managementAccesses(deps, config, endpoints, current.clientId);
  const access = stored ?? (await reissueManagement(deps, config, endpoints, current.clientId));
  if (access === null || access === 'gone') return managementRejected('No registration access token is stored.');
  const sent = await sendOnce(deps, {
    ...argument,
    ...readIntent(argument, access),
    budget,
    clientName: nameOf(config),
  });
  if (sent.kind !== 'answered') return sent;
  return await absorbRead(deps, config, argument, sent.intent, sent.answer);
}

function readIntent({ endpoints, current }: UpdateArguments, access: ManagementAccess) {
  const { audience } = access.token;
  return {
    kind: 'read',
    clientId: current.clientId,
    endpoint: endpoints.registrationEndpoint ?? originOf(access.clientUri),
    request: readRequest(access),
    tokenOf: (answer: StoredAnswer) => extractManagementToken(answer, { audience, clientId: current.clientId }),
  };
}

function nameOf({ metadata }: RegistrationConfig): string {
  return String(metadata['client_name'] ?? '');
}

/** Judges a stored answer to a read. Repeatable. */
export async function absorbRead(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: UpdateArguments,
  intent: Intent,
  answer: StoredAnswer,
): Promise<RequestOutcome> {
  const { clientId, authMethod } = argument.current;
  const secretsInPlay = await secretsOfClient(deps, config);
  const parsed = parseReadResponse(answer, {
    now: deps.clock.now(),
    managementOrigins: managementAudience(argument.endpoints),
    askedAuthMethod: authMethod,
    secretsInPlay,
    clientId,
  });
  if (parsed.kind === 'client') {
    const { outcome, whole } = await absorbShown(deps, config, argument, parsed, secretsInPlay);
    await keepUnusable(deps, intent, parsed, answer);
    // What a state does not take is read from the row by the update that comes next.
    await deps.records.settleIntent(intent.intentId, 'applied', whole === null ? outcome : { ...outcome, whole });
    return outcome;
  }
  const { reason, retryClass, status, retryAfterSeconds, message } = parsed;
  const failure: Failure = { reason, retryClass, status, retryAfterSeconds, message };
  const outcome: RequestOutcome =
    status === 401 ? await climb(deps, config, argument, failure, null) : { kind: 'refused', failure };
  await deps.records.settleIntent(intent.intentId, 'refused', outcome);
  return outcome;
}

async function absorbShown(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: UpdateArguments,
  parsed: ClientInformation,
  secrets: readonly string[],
) {
  const { clientId, authMethod } = argument.current;
  const { endpoints } = argument;
  const keptToken = await keepsToken(deps, config, parsed);
  const { manageable } = await storeManagement(deps, config, {
    clientId,
    token: parsed.registrationAccessToken,
    clientUri: parsed.registrationClientUri,
    audience: managementAudience(endpoints),
    receivedAt: parsed.issuedAt,
    role: 'current',
  });
  const asked = requestedMetadata(config, endpoints, authMethod);
  const sent = argument.known?.metadata ?? null;
  const { client, whole } = shownByRead({ clientId, at: parsed.issuedAt, sent, shown: parsed, secrets }, asked);
  const judged = judgeRegistrationAnswer({
    asked,
    registered: { redirectUris: parsed.redirectUris, scopes: parsed.scope },
    negotiated: requestedScopes(config, endpoints),
    offer: endpoints,
  });
  const outcome: RequestOutcome = { kind: 'read', client, keptToken, manageable, ...judged };
  return { outcome, whole };
}

/** Whether the token that an answer shows was known before it came. Not so sure: it was renewed. */
async function keepsToken(
  deps: Dependencies,
  config: RegistrationConfig,
  { clientId, registrationAccessToken, issuedAt }: ClientInformation,
): Promise<boolean> {
  if (registrationAccessToken === null) return true;
  const stored = await readManagement(deps, config);
  const own = stored === null ? undefined : managedClientOf(stored.value, clientId);
  return own?.registration_access_token === registrationAccessToken && (own.token_received_at ?? 0) < issuedAt;
}
