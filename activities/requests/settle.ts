import type { Intent } from '../../domain/operations/intent.ts';
import type { CredentialState, Failure, RequestArguments, RequestOutcome } from '../../domain/ports/activities.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import type { Dependencies } from '../dependencies.ts';
import { presentedAfterwards } from '../servers/presentedToken.ts';
import { climb } from './ladder.ts';
import { changeOf } from './metadataChange.ts';
import { absorbRegistration, listUnknownClient } from './register.ts';
import { absorbUpdate, wasApplied } from './update.ts';

export type SettleArguments = RequestArguments & {
  readonly request: 'register' | 'update';
  readonly current: CredentialState | null;
};

/**
 * Finds out what became of a request whose step is over (DESIGN section 5): a stored answer is judged; a request that
 * never left may be made again; one without answer is settled by reading the client, or listed. Repeatable.
 */
export async function settle(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: SettleArguments,
): Promise<RequestOutcome> {
  const { intentId } = argument;
  await deps.drainSpool();
  const intent = await deps.records.intent(intentId);
  if (intent === null) return notSent('The request was never prepared.');
  switch (intent.state) {
    case 'settled':
      return intent.outcome as RequestOutcome;
    case 'prepared': {
      const outcome = notSent('The request was prepared and never sent.');
      // False: another attempt settled it meanwhile, and its outcome counts.
      if (await deps.records.settleIntent(intentId, 'not-sent', outcome)) return outcome;
      return await settle(deps, config, argument);
    }
    case 'answered':
      return await judgeStored(deps, config, argument, intent);
    case 'sending':
      return await settleUnanswered(deps, config, argument, intent);
  }
}

async function judgeStored(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: SettleArguments,
  intent: Intent,
): Promise<RequestOutcome> {
  const answer = await deps.records.readAnswer(intent.intentId);
  if (answer === null) return await settle(deps, config, argument);
  const { current } = argument;
  if (intent.kind === 'register' || current === null) {
    const presented = await presentedAfterwards(deps, config, argument);
    return await absorbRegistration(deps, config, argument, presented, intent, answer);
  }
  return await absorbUpdate(deps, config, { ...argument, current }, intent, answer);
}

async function settleUnanswered(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: SettleArguments,
  intent: Intent,
): Promise<RequestOutcome> {
  const failure: Failure = {
    reason: 'PeerNotAnswering',
    retryClass: 'transient',
    status: null,
    retryAfterSeconds: null,
    message: `The ${intent.kind} request was sent and its answer was lost.`,
  };
  const { current } = argument;
  if (intent.kind === 'update' && current !== null) {
    const change = await changeOf(deps, config, intent.metadata);
    const outcome = await climb(deps, config, { ...argument, current }, failure, change);
    await deps.records.settleIntent(intent.intentId, wasApplied(outcome) ? 'applied' : 'unanswered', outcome);
    return outcome;
  }
  await listUnknownClient(deps, argument, intent, failure, null);
  const outcome: RequestOutcome = { kind: 'unanswered', failure };
  await deps.records.settleIntent(intent.intentId, 'unanswered', outcome);
  return outcome;
}

function notSent(message: string): RequestOutcome {
  return {
    kind: 'not-sent',
    failure: { reason: 'PeerNotAnswering', retryClass: 'transient', status: null, retryAfterSeconds: null, message },
  };
}
