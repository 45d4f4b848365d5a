import { RegistrarFailure } from '../../domain/failure.ts';
import type {
  Intent,
  IntentKind,
  ManagementToken,
  MetadataTarget,
  StoredAnswer,
} from '../../domain/operations/intent.ts';
import type { Failure, RequestOutcome } from '../../domain/ports/activities.ts';
import type { GuardedRequest } from '../../protocols/http/client.ts';
import { HttpGuardError } from '../../protocols/http/httpGuardError.ts';
import type { Dependencies } from '../dependencies.ts';

export interface SendOnce {
  readonly intentId: string;
  readonly registrationId: string;
  readonly operationId: string;
  readonly kind: IntentKind;
  readonly clientName: string;
  readonly clientId: string | null;
  readonly metadata?: MetadataTarget;
  /** Shown to people where the answer is lost; holds no secret. */
  readonly endpoint: string;
  readonly request: GuardedRequest;
  /** Finds the registration access token in an answer that nobody has judged yet. */
  readonly tokenOf: (answer: StoredAnswer) => ManagementToken | null;
}

/** `answered`: the answer is stored, and to be judged by the caller. */
export type Sent =
  | { readonly kind: 'answered'; readonly intent: Intent; readonly answer: StoredAnswer }
  | RequestOutcome;

/**
 * Sends what cannot be repeated, at most once per intent, and stores the answer before anybody judges it
 * (DESIGN section 5). Rejects when it is not known whether the peer acted: the settlement ladder comes next.
 */
export async function sendOnce(deps: Dependencies, what: SendOnce): Promise<Sent> {
  const { intentId, registrationId, operationId, kind, clientName, clientId, endpoint } = what;
  const intent = await deps.records.prepareIntent({
    intentId,
    registrationId,
    operationId,
    kind,
    endpoint,
    clientName,
    clientId,
    metadata: what.metadata ?? null,
  });
  if (intent.state !== 'prepared') throw overtaken();
  let answer: StoredAnswer;
  let notMarked: unknown = null;
  try {
    const response = await deps.client.request({
      ...what.request,
      // Only then: a death among many that wait for their turn would leave requests that look sent.
      async onTurn() {
        notMarked = await markSending(deps, intent);
        if (notMarked !== null) throw new HttpGuardError('aborted', 'the request was not marked as being sent');
      },
    });
    const { status, headers, body } = response;
    answer = { status, headers, body, receivedAt: deps.clock.now() };
  } catch (error) {
    if (notMarked !== null) throw notMarked;
    if (!(error instanceof HttpGuardError) || error.requestSent) throw unsettled(guardMessage(error));
    const outcome: RequestOutcome = { kind: 'not-sent', failure: notSentFailure(error) };
    await deps.records.settleIntent(intentId, 'not-sent', outcome);
    return outcome;
  }
  await keep(deps, intent, answer, what.tokenOf(answer));
  return { kind: 'answered', intent, answer };
}

/** Commits that the first byte may leave now; answers why it must not, or null. */
async function markSending(deps: Dependencies, { intentId, fence }: Intent): Promise<unknown> {
  try {
    return (await deps.records.markSending(intentId, fence)) ? null : overtaken();
  } catch (error) {
    return error;
  }
}

function overtaken(): RegistrarFailure {
  return unsettled('Another attempt of this request is under way or over.');
}

/** Database away: a sealed, fsynced file at once. It is drained at every start and by the settlement ladder. */
async function keep(
  deps: Dependencies,
  intent: Intent,
  answer: StoredAnswer,
  token: ManagementToken | null,
): Promise<void> {
  let stored: 'stored' | 'late';
  try {
    stored = await deps.records.storeAnswer(intent.intentId, intent.fence, answer, token, intent.registrationId);
  } catch {
    await deps.spool.write({ intentId: intent.intentId, fence: intent.fence, answer, token });
    throw unsettled('The database did not take the answer; it is kept in the spool.');
  }
  if (stored === 'late')
    throw unsettled('The answer came after the request was given up; it is kept in the orphan ledger.');
}

function unsettled(message: string): RegistrarFailure {
  return new RegistrarFailure({ reason: 'PeerNotAnswering', retryClass: 'transient', message });
}

function guardMessage(error: unknown): string {
  return error instanceof HttpGuardError ? error.message : 'The request ended without an answer.';
}

/** The guard's own refusals wait for a person; a peer that cannot be reached is tried again. */
export function notSentFailure(error: HttpGuardError): Failure {
  const reachable =
    error.code === 'dns' || error.code === 'network' || error.code === 'timeout' || error.code === 'aborted';
  const reason =
    error.code === 'audience-refused' ? 'AudienceRefused' : reachable ? 'PeerNotAnswering' : 'AddressNotAllowed';
  return {
    reason,
    retryClass: reachable ? 'transient' : 'input',
    status: null,
    retryAfterSeconds: null,
    message: error.message,
  };
}
