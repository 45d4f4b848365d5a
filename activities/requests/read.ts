import type { Intent, StoredAnswer } from '../../domain/operations/intent.ts';
import type { RequestOutcome, StepBudget } from '../../domain/ports/activities.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import { originOf } from '../../protocols/http/publicUrl.ts';
import { parseReadResponse, readRequest } from '../../protocols/oauth/management.ts';
import { extractManagementToken } from '../../protocols/oauth/managementToken.ts';
import { type ManagementAccess, managementAccesses } from '../credentials/management.ts';
import { secretsOfClient } from '../credentials/secretsInPlay.ts';
import type { Dependencies } from '../dependencies.ts';
import { managementAudience } from '../servers/audience.ts';
import { sendOnce } from './sendOnce.ts';
import { managementRejected, storeUpdated, type UpdateArguments } from './storeUpdated.ts';

/**
 * RFC 7592 section 2.1 under an intent of its own, as a read may renew the registration access token. The secret that it
 * shows is a candidate only, and never stored here: `unchanged` says what else the client is.
 */
export async function readClient(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: UpdateArguments,
  budget?: StepBudget,
): Promise<RequestOutcome> {
  const { current, endpoints } = argument;
  const [access] = await managementAccesses(deps, config, current.clientId);
  if (access === undefined) return managementRejected('No registration access token is stored.');
  const sent = await sendOnce(deps, {
    ...argument,
    ...readIntent(argument, access),
    budget,
    clientName: nameOf(config),
  });
  if (sent.kind !== 'answered') return sent;
  return await absorbRead(deps, config, { ...argument, endpoints }, sent.intent, sent.answer);
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
  const parsed = parseReadResponse(answer, {
    now: deps.clock.now(),
    managementOrigins: managementAudience(argument.endpoints),
    askedAuthMethod: authMethod,
    secretsInPlay: await secretsOfClient(deps, config),
    clientId,
  });
  if (parsed.kind === 'client') {
    const outcome = await storeUpdated(
      deps,
      config,
      argument,
      intent.intentId,
      { ...parsed, clientSecret: null },
      null,
    );
    await deps.records.settleIntent(intent.intentId, 'applied', outcome);
    return outcome;
  }
  const { reason, retryClass, status, retryAfterSeconds, message } = parsed;
  const outcome: RequestOutcome = {
    kind: 'refused',
    failure: { reason, retryClass, status, retryAfterSeconds, message },
  };
  await deps.records.settleIntent(intent.intentId, 'refused', outcome);
  return outcome;
}
