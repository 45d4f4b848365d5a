import type { RetryClass } from '../../domain/failure.ts';
import type { StoredAnswer } from '../../domain/operations/intent.ts';
import type { Reason } from '../../domain/reasons/index.ts';
import type { AudienceSecret } from '../http/audience.ts';
import type { GuardedRequest } from '../http/client.ts';
import { bodyLimits } from '../http/limits.ts';
import { type JsonBody, readJsonBody } from '../jsonBody.ts';
import { initialAccessTokenReason, policyReason } from '../keycloak/refusals.ts';
import {
  type ClientInformation,
  type ReadingContext,
  readClientId,
  readClientInformation,
} from './clientInformation.ts';
import { type ErrorMembers, type Refusal, readErrorMembers, refusal } from './errorAnswer.ts';
import { metadataToSend } from './metadataToSend.ts';

/**
 * Client registration request (RFC 7591 section 3.1). Members that only the server may set are left out whatever the
 * metadata hold. `token` is the initial access token; null for open registration.
 */
export function registrationRequest(argument: {
  readonly endpoint: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly token: AudienceSecret | null;
}): GuardedRequest {
  return {
    method: 'POST',
    url: argument.endpoint,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify(metadataToSend(argument.metadata)),
    ...(argument.token === null ? {} : { credential: { secret: argument.token, scheme: 'bearer' } }),
    maxBytes: bodyLimits.registrationAnswer,
    followRedirects: false,
  };
}

export type ParsedRegistration = ClientInformation | Refusal;

/**
 * Judges the answer to a registration request (RFC 7591 sections 3.2.1 and 3.2.2), tolerantly. Never throws; whatever
 * the peer sent becomes one of the two results.
 */
export function parseRegistrationResponse(
  answer: StoredAnswer,
  context: ReadingContext & { readonly tokenSent: boolean },
): ParsedRegistration {
  const body = readJsonBody(answer.body, answer.headers['content-type']);
  if (answer.status >= 200 && answer.status < 300 && body.kind === 'object') {
    const clientId = readClientId(body.value);
    if (clientId !== null) return readClientInformation(clientId, body.value, answer, context);
  }
  const members = readErrorMembers(answer);
  const wasTaken = answer.status >= 200 && answer.status < 300;
  const judged =
    wasTaken && answer.cutOff === true && body.kind !== 'object'
      ? cutOff
      : (judgeLeftClient(answer, body) ?? judge(answer.status, body.kind, members, context));
  return refusal(answer, members, judged, {
    now: context.now,
    secretsInPlay: [...context.secretsInPlay, ...secretsIn(answer)],
  });
}

interface Judged {
  readonly reason: Reason;
  readonly retryClass?: RetryClass;
  readonly clientMayExist: boolean;
  readonly what?: string;
}

const cutOff: Judged = {
  reason: 'PeerNotAnswering',
  retryClass: 'transient',
  clientMayExist: true,
  what: 'an answer without its end',
};

function judge(
  status: number,
  body: string,
  members: ErrorMembers,
  { tokenSent, secretsInPlay, now }: { tokenSent: boolean; secretsInPlay: readonly string[]; now: number },
): Judged {
  if (status < 300) return notUsable('an HTML page');
  if (status < 400) return notUsable('a redirect');
  if (notAnEndpoint.has(status)) return notUsable(body === 'html' ? 'an HTML page' : undefined);
  if (status === 425 || status === 429) return { reason: 'PeerNotAnswering', clientMayExist: false };
  // RFC 7591 does not make the request repeatable: a server may have failed after it made the client.
  if (status === 408 || status >= 500) return { reason: 'PeerNotAnswering', clientMayExist: true };
  const said = { status, ...members };
  const policy = policyReason(said);
  // Policies for open registration are others than those for who brings a token: a token may be what helps.
  if (policy !== null)
    return { reason: policy, ...(tokenSent ? {} : { retryClass: 'token' as const }), clientMayExist: false };
  if (isTokenProblem(status, members, tokenSent)) {
    const rejected = initialAccessTokenReason(said, secretsInPlay, now) ?? 'InitialAccessTokenRejected';
    const reason = tokenSent ? rejected : 'InitialAccessTokenNeeded';
    return { reason, retryClass: 'token', clientMayExist: false };
  }
  const ofStatement = statementReasons.get(members.error ?? '');
  if (ofStatement !== undefined) return { reason: ofStatement, retryClass: 'input', clientMayExist: false };
  return { reason: status === 403 ? 'RegistrationForbidden' : 'RegistrationRejected', clientMayExist: false };
}

/** RFC 7591 section 3.2.2. */
const statementReasons: ReadonlyMap<string, Reason> = new Map([
  ['invalid_software_statement', 'SoftwareStatementRejected'],
  ['unapproved_software_statement', 'SoftwareStatementNotApproved'],
]);

/**
 * No registration, and no refusal that says that nothing was made: success without a client in it, what was created
 * elsewhere (some servers answer 303 with the client's address), or an error that names a client. Null: it is an error, or
 * what people are shown who come with a browser, a page or the way to one (FACTS: an end-user's page as
 * `registration_endpoint`).
 */
function judgeLeftClient({ status, headers }: StoredAnswer, body: JsonBody): Judged | null {
  const named = body.kind === 'object' && readClientId(body.value) !== null;
  const location = headers['location'];
  const isElsewhere = status === 303 && location !== undefined && !leadsToDoor.test(location);
  const isMade = status >= 400 ? named : isElsewhere || (status < 300 && (status === 201 || body.kind !== 'html'));
  if (!isMade) return null;
  const what = status >= 400 ? 'an error that names a client' : status >= 300 ? 'a redirect' : whatElse(body);
  return {
    reason: 'RegistrationAnswerNotUsable',
    retryClass: 'input',
    clientMayExist: true,
    what: `${what}${placeTold(location)}`,
  };
}

/** Where people sign in. */
const leadsToDoor = /(?:log|sign)[-_]?(?:in|on)\b|\bsso\b/i;

function whatElse({ kind }: JsonBody): string {
  if (kind === 'html') return 'an HTML page';
  return kind === 'object' ? 'JSON without a usable client_id' : 'no JSON object';
}

/** A query may hold anything, and is nobody's to read. */
function placeTold(location: string | undefined): string {
  return location === undefined ? '' : `, with the location ${location.split(/[?#]/, 1)[0]}`;
}

function isTokenProblem(status: number, members: ErrorMembers, tokenSent: boolean): boolean {
  if (status === 401 || members.error === 'invalid_token') return true;
  // Without a token, servers answer 400 (oidc-provider) or 403 insufficient_scope (Keycloak's anonymous policies) too.
  if (tokenSent) return false;
  return members.error === 'insufficient_scope' || (members.wantsBearer && status <= 403);
}

const notAnEndpoint: ReadonlySet<number> = new Set([404, 405, 410, 501]);

function notUsable(what: string | undefined): Judged {
  return {
    reason: 'RegistrationEndpointNotUsable',
    retryClass: 'input',
    clientMayExist: false,
    ...(what === undefined ? {} : { what }),
  };
}

/** Secrets that an unusable answer may hold, so that no message repeats them. */
export function secretsIn(answer: StoredAnswer): string[] {
  const found = answer.body.matchAll(/"(?:client_secret|registration_access_token)"\s*:\s*"((?:[^"\\]|\\.)+)"/g);
  return [...found].flatMap(([, quoted = '']) => [quoted, unescaped(quoted)]);
}

/** Another member of the answer may repeat the secret in another notation. */
function unescaped(quoted: string): string {
  try {
    return String(JSON.parse(`"${quoted}"`));
  } catch {
    return quoted;
  }
}
