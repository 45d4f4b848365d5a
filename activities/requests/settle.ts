import { RegistrarFailure } from '../../domain/failure.ts';
import type { Intent } from '../../domain/operations/intent.ts';
import type { Failure, RequestOutcome } from '../../domain/ports/activities.ts';
import { explain } from '../../domain/reasons/index.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import { type Dependencies, requestTimes } from '../dependencies.ts';
import { handlersOf, type SettlingArguments } from './kinds.ts';

export type SettleArguments = SettlingArguments & {
  /** Kind of the request, for a row that was never written. */
  readonly request: string;
  /** Instance whose spool holds the answer, as the failure of the step said. */
  readonly spooledAt?: string | null;
  /** A person gave up an answer that lies in a spool nobody collects. */
  readonly giveUp?: boolean;
};

/**
 * Finds out what became of a request whose step is over (DESIGN section 5), from its row alone: a stored answer is
 * judged; a request that never left may be made again; one without answer is settled by its kind, and not before every
 * instance could have brought its spooled answers twice. Repeatable.
 *
 * @throws RegistrarFailure `AnswerAwaited`, `AnswerSpooled` (class `transient`, with the seconds to wait) before that.
 */
export async function settle(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: SettleArguments,
): Promise<RequestOutcome> {
  await deps.drainSpool();
  const { intentId, registrationId, operationId, request: kind, spooledAt = null } = argument;
  const outcome = notSent('The request was never prepared.');
  if (spooledAt !== null) await deps.records.markSpooled(intentId, spooledAt);
  // No attempt that comes late can send it afterwards.
  const intent = await deps.records.settleMissing({ intentId, registrationId, operationId, kind, outcome });
  return await settleRow(deps, config, argument, intent);
}

async function settleRow(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: SettleArguments,
  intent: Intent,
): Promise<RequestOutcome> {
  switch (intent.state) {
    case 'settled':
      return intent.outcome as RequestOutcome;
    case 'prepared': {
      const outcome = notSent('The request was prepared and never sent.');
      // False: another attempt settled it meanwhile, and its outcome counts.
      if (await deps.records.settleIntent(intent.intentId, 'not-sent', outcome)) return outcome;
      return await settle(deps, config, argument);
    }
    case 'answered': {
      const answer = await deps.records.readAnswer(intent.intentId);
      if (answer === null) return await settle(deps, config, argument);
      return await handlersOf(intent.kind, 'absorb')(deps, config, argument, intent, answer);
    }
    case 'sending': {
      await waitForAnswer(deps, intent, argument.giveUp === true);
      const failure = lost(`The ${intent.kind} request was sent and its answer was lost.`);
      return await handlersOf(intent.kind, 'settleUnanswered')(deps, config, argument, intent, failure);
    }
  }
}

/** Answers lie on the disk of the worker that sent, which is not this one, perhaps. */
async function waitForAnswer(
  deps: Dependencies,
  { intentId, spooledAtInstance }: Intent,
  givenUp: boolean,
): Promise<void> {
  const { collectInterval } = requestTimes(deps);
  if (spooledAtInstance !== null && !givenUp)
    throw awaited('AnswerSpooled', collectInterval, `It is spooled at ${spooledAtInstance}.`, spooledAtInstance);
  const remaining = await deps.records.answerAwaited(intentId, 2 * collectInterval);
  if (remaining > 0) throw awaited('AnswerAwaited', remaining, '');
}

function awaited(
  reason: 'AnswerAwaited' | 'AnswerSpooled',
  milliseconds: number,
  more: string,
  spooledAt: string | null = null,
): RegistrarFailure {
  return new RegistrarFailure({
    reason,
    retryClass: 'transient',
    retryAfterSeconds: Math.ceil(milliseconds / 1000),
    message: `${explain(reason)} ${more}`.trim(),
    spooledAt,
  });
}

function lost(message: string): Failure {
  return { reason: 'PeerNotAnswering', retryClass: 'transient', status: null, retryAfterSeconds: null, message };
}

function notSent(message: string): RequestOutcome {
  return { kind: 'not-sent', failure: lost(message) };
}
