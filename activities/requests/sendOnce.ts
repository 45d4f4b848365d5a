import { RegistrarFailure } from '../../domain/failure.ts';
import type {
  Intent,
  IntentKind,
  ManagementToken,
  MetadataTarget,
  StoredAnswer,
} from '../../domain/operations/intent.ts';
import type { Failure, RequestOutcome, StepBudget } from '../../domain/ports/activities.ts';
import type { Reason } from '../../domain/reasons/index.ts';
import type { GuardedRequest, GuardedResponse } from '../../protocols/http/client.ts';
import { HttpGuardError } from '../../protocols/http/httpGuardError.ts';
import { type Dependencies, requestTimes } from '../dependencies.ts';

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
  /** When the step ends; absent = its owner has no end. */
  readonly budget?: StepBudget | undefined;
  readonly decidedAt?: number;
  readonly incarnation?: number;
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
    stepEndsIn: what.budget === undefined ? undefined : what.budget.endsAt - deps.clock.now(),
    decidedAt: what.decidedAt,
    incarnation: what.incarnation,
    request: sentWithoutSecrets(what.request),
  });
  if (intent.state !== 'prepared') throw overtaken();
  let answer: StoredAnswer;
  let notMarked: unknown = null;
  try {
    const response = await deps.client.request({
      ...what.request,
      keepWhatever: true,
      // Only then: a death among many that wait for their turn would leave requests that look sent.
      async onTurn() {
        notMarked = await markSending(deps, intent, what.budget);
        if (notMarked !== null) throw new HttpGuardError('aborted', 'the request was not marked as being sent');
      },
    });
    answer = answerOf(response, deps.clock.now());
  } catch (error) {
    if (notMarked instanceof NotNow) return await notSent(deps, intentId, notMarked.failure);
    if (notMarked !== null) throw notMarked;
    if (!(error instanceof HttpGuardError) || error.requestSent) throw unsettled(guardMessage(error));
    return await notSent(deps, intentId, notSentFailure(error));
  }
  await keep(deps, intent, answer, what.tokenOf(answer));
  return { kind: 'answered', intent, answer };
}

/** Commits that the first byte may leave now; answers why it must not, or null. */
async function markSending(
  deps: Dependencies,
  { intentId, fence }: Intent,
  budget: StepBudget | undefined,
): Promise<unknown> {
  const { httpTotal, keepAnswer } = requestTimes(deps);
  const needed = httpTotal + keepAnswer;
  if (budget !== undefined && budget.endsAt - deps.clock.now() < needed) return new NotNow(tooLate);
  try {
    if (await deps.records.markSending(intentId, fence, needed)) return null;
    const now = await deps.records.intent(intentId);
    return now?.state === 'prepared' && now.fence === fence ? new NotNow(movedOn) : overtaken();
  } catch (error) {
    return error;
  }
}

/** The turn to send is refused: no byte left. */
class NotNow {
  readonly failure: Failure;
  constructor(message: string) {
    this.failure = {
      reason: 'PeerNotAnswering',
      retryClass: 'transient',
      status: null,
      retryAfterSeconds: null,
      message,
    };
  }
}

const tooLate = 'Nothing was sent: less of the step was left than a request and the keeping of its answer may take.';
const movedOn = 'Nothing was sent: the step was over, or the registration has moved on or stopped.';

async function notSent(deps: Dependencies, intentId: string, failure: Failure): Promise<RequestOutcome> {
  const outcome: RequestOutcome = { kind: 'not-sent', failure };
  await deps.records.settleIntent(intentId, 'not-sent', outcome);
  return outcome;
}

/** An answer as it is kept: readable where that can be, in its bytes where not. */
export function answerOf({ status, headers, body, raw, cutOff }: GuardedResponse, receivedAt: number): StoredAnswer {
  const kept = raw === undefined ? {} : { raw: raw.toString('base64') };
  return { status, headers, body, ...kept, ...(cutOff === undefined ? {} : { cutOff }), receivedAt };
}

/** Method, address without query, and the metadata: never a header. */
function sentWithoutSecrets({ method, url, body }: GuardedRequest): unknown {
  return { method, url: url.split('?', 1)[0], body: withoutStatement(body) };
}

function withoutStatement(body: string | undefined): unknown {
  try {
    const value: unknown = body === undefined ? null : JSON.parse(body);
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
    const hidden = new Set([
      'software_statement',
      'client_secret',
      'registration_access_token',
      'secret',
      'registrationAccessToken',
    ]);
    return Object.fromEntries(Object.entries(value).filter(([name]) => !hidden.has(name)));
  } catch {
    return null;
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
  const { keepAnswer } = requestTimes(deps);
  const { intentId, fence, registrationId } = intent;
  try {
    stored = await within(keepAnswer, deps.records.storeAnswer(intentId, fence, answer, token, registrationId));
  } catch {
    await deps.spool.write({ intentId, fence, answer, token });
    const instance = await deps.spool.instance();
    // So that another worker waits for this one; the failure says it as well, as the database may be away.
    await within(keepAnswer, deps.records.markSpooled(intentId, instance)).catch(() => undefined);
    throw unsettled(`The database did not take the answer; it is spooled at ${instance}.`, 'AnswerSpooled', instance);
  }
  if (stored === 'late') throw unsettled('The answer came after the request was given up; it is kept as a late one.');
}

/** Rejects when a promise takes longer than so many milliseconds; what it does then is not waited for. */
async function within<Value>(milliseconds: number, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(reject, milliseconds, new Error('it takes too long'));
  });
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

function unsettled(
  message: string,
  reason: Reason = 'PeerNotAnswering',
  spooledAt: string | null = null,
): RegistrarFailure {
  return new RegistrarFailure({ reason, retryClass: 'transient', message, spooledAt });
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
